import { inferred, type Shape, unknown } from '@flotilla/cel'
import { reasonOf } from '@flotilla/sdk'
import { isObject } from '../../registry/json-path.ts'

/** One value, of a claim or computed. */
export interface Mapping {
  readonly claim?: string
  readonly prefix?: string
  readonly expression?: string
}

/** Whose tokens are believed, and what they say, as an AuthenticationConfiguration has it. */
export interface IssuerWords {
  readonly issuer: {
    readonly url: string
    /** Where it says what there is to know of it; by default below its `url`. */
    readonly discoveryURL?: string
    /** PEM; by default the authorities that Node knows. */
    readonly certificateAuthority?: string
    readonly audiences: readonly string[]
    readonly audienceMatchPolicy?: string
  }
  readonly claimValidationRules?: readonly {
    readonly claim?: string
    readonly requiredValue?: string
    readonly expression?: string
    readonly message?: string
  }[]
  readonly claimMappings: {
    readonly username: Mapping
    readonly groups?: Mapping
    readonly uid?: Omit<Mapping, 'prefix'>
    readonly extra?: readonly { readonly key: string; readonly valueExpression: string }[]
  }
  readonly userValidationRules?: readonly { readonly expression: string; readonly message?: string }[]
}

type Fields = Readonly<Record<string, unknown>>
type Wrong = readonly string[]

const versions = ['apiserver.config.k8s.io/v1', 'apiserver.config.k8s.io/v1beta1']

const when = (is: boolean, ...words: readonly string[]): Wrong => (is ? words : [])

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map((each) => Object(each)) : [])

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {})

/** What of these nobody knows: a word that is mistyped would be a rule that does not hold. */
const strangers = (at: string, value: unknown, known: readonly string[]): Wrong =>
  Object.keys(fieldsOf(value)).flatMap((key) => when(!known.includes(key), `${at}: there is no field ${key}`))

const compiled = (
  at: string,
  text: unknown,
  names: Readonly<Record<string, Shape>>,
  types: readonly string[],
): Wrong => {
  if (!isText(text)) return []
  try {
    const { type } = inferred(text, names)
    return when(
      type !== 'unknown' && !types.includes(type),
      `${at}: must evaluate to ${types.join(' or ')} but is ${type}`,
    )
  } catch (error) {
    return [`${at}: ${reasonOf(error)}`]
  }
}

const claims = { claims: unknown }

const isHttps = (url: unknown): boolean => isText(url) && URL.canParse(url) && new URL(url).protocol === 'https:'

const issuer = (at: string, value: unknown): Wrong => {
  const { url, discoveryURL, audiences, audienceMatchPolicy } = fieldsOf(value)
  const all = Array.isArray(audiences) ? audiences : []
  return [
    ...strangers(at, value, ['url', 'discoveryURL', 'certificateAuthority', 'audiences', 'audienceMatchPolicy']),
    ...when(!isHttps(url), `${at}.url: has to be an https URL`),
    ...when(discoveryURL !== undefined && !isHttps(discoveryURL), `${at}.discoveryURL: has to be an https URL`),
    ...when(all.length === 0 || !all.every(isText), `${at}.audiences: has to name at least one audience`),
    ...when(
      all.length > 1 && audienceMatchPolicy !== 'MatchAny',
      `${at}.audienceMatchPolicy: has to be MatchAny where there are several audiences`,
    ),
  ]
}

const mapping = (at: string, value: unknown, types: readonly string[], prefixed: boolean): Wrong => {
  const { claim, prefix, expression } = fieldsOf(value)
  const one = [claim, expression].filter(isText).length === 1
  return [
    ...strangers(at, value, ['claim', 'expression', ...(prefixed ? ['prefix'] : [])]),
    ...when(!one, `${at}: either claim or expression has to be said`),
    ...when(
      prefixed && isText(claim) && typeof prefix !== 'string',
      `${at}.prefix: has to be said beside claim; it may be empty`,
    ),
    ...when(isText(expression) && prefix !== undefined, `${at}.prefix: goes with claim, not with expression`),
    ...compiled(`${at}.expression`, expression, claims, types),
  ]
}

const keyForm = /^[a-z0-9.-]+\.[a-z0-9-]+\/[^A-Z\s]+$/

const mappings = (at: string, value: unknown): Wrong => {
  const { username, groups, uid, extra } = fieldsOf(value)
  return [
    ...strangers(at, value, ['username', 'groups', 'uid', 'extra']),
    ...mapping(`${at}.username`, username, ['string'], true),
    ...(groups === undefined ? [] : mapping(`${at}.groups`, groups, ['string', 'list'], true)),
    ...(uid === undefined ? [] : mapping(`${at}.uid`, uid, ['string'], false)),
    ...listOf(extra).flatMap(({ key, valueExpression }, i) => [
      ...when(!isText(key) || !keyForm.test(key), `${at}.extra[${i}].key: has to be like example.com/key`),
      ...when(!isText(valueExpression), `${at}.extra[${i}].valueExpression: is missing`),
      ...compiled(`${at}.extra[${i}].valueExpression`, valueExpression, claims, ['string', 'list']),
    ]),
  ]
}

const claimRules = (at: string, value: unknown): Wrong =>
  listOf(value).flatMap((rule, i) => [
    ...strangers(`${at}[${i}]`, rule, ['claim', 'requiredValue', 'expression', 'message']),
    ...when(
      isText(rule.claim) === isText(rule.expression),
      `${at}[${i}]: either claim and requiredValue or expression has to be said`,
    ),
    ...compiled(`${at}[${i}].expression`, rule.expression, claims, ['bool']),
  ])

const userRules = (at: string, value: unknown): Wrong =>
  listOf(value).flatMap((rule, i) => [
    ...strangers(`${at}[${i}]`, rule, ['expression', 'message']),
    ...when(!isText(rule.expression), `${at}[${i}].expression: is missing`),
    ...compiled(`${at}[${i}].expression`, rule.expression, { user: unknown }, ['bool']),
  ])

const parts = ['issuer', 'claimValidationRules', 'claimMappings', 'userValidationRules']

const authenticator = (at: string, value: Fields): Wrong => [
  ...strangers(at, value, parts),
  ...issuer(`${at}.issuer`, value.issuer),
  ...claimRules(`${at}.claimValidationRules`, value.claimValidationRules),
  ...mappings(`${at}.claimMappings`, value.claimMappings),
  ...userRules(`${at}.userValidationRules`, value.userValidationRules),
]

const urlOf = ({ issuer }: Fields): unknown => fieldsOf(issuer).url

/** The issuers an AuthenticationConfiguration names. Throws an `Error` with all that is wrong with it. */
export function readAuthentication(document: unknown): readonly IssuerWords[] {
  const { apiVersion, kind, jwt } = fieldsOf(document)
  const all = listOf(jwt)
  const wrong = [
    ...when(
      kind !== 'AuthenticationConfiguration' || !versions.includes(String(apiVersion)),
      `it is no AuthenticationConfiguration of ${versions[0]}`,
    ),
    ...strangers('the configuration', document, ['apiVersion', 'kind', 'jwt']),
    ...all.flatMap((each, i) => authenticator(`jwt[${i}]`, each)),
    ...all.flatMap((each, i) =>
      when(
        all.slice(0, i).some((other) => urlOf(other) === urlOf(each)),
        `jwt[${i}].issuer.url: is that of another one`,
      ),
    ),
  ]
  if (wrong.length > 0) throw new Error(wrong.join('; '))
  return all as unknown as readonly IssuerWords[] // it was just looked at
}
