import { compile } from '@flotilla/cel'
import type { User } from '@flotilla/kube'
import { authenticated } from '../access.ts'
import type { IssuerWords, Mapping } from './words.ts'

type Claims = Readonly<Record<string, unknown>>

const evaluate = (text: string, name: 'claims' | 'user', value: unknown): unknown =>
  compile(text, [name]).evaluate({ [name]: value })

const listOf = (value: unknown): readonly string[] => {
  if (value === null || value === undefined || value === '') return []
  if (typeof value === 'string') return [value]
  if (Array.isArray(value) && value.every((each) => typeof each === 'string'))
    return value.filter((each) => each !== '')
  throw new Error('groups and extra values are texts or lists of texts')
}

const textOf = (value: unknown, what: string): string => {
  if (typeof value === 'string' && value !== '') return value
  throw new Error(`the ${what} is missing, or no text`)
}

/** An address that nobody looked at is nobody's name. */
const checkEmail = ({ claim }: Mapping, claims: Claims): void => {
  if (claim === 'email' && 'email_verified' in claims && claims.email_verified !== true)
    throw new Error('the email is not verified')
}

const mappedValue = ({ claim, expression }: Mapping, claims: Claims): unknown =>
  expression ? evaluate(expression, 'claims', claims) : claim ? claims[claim] : undefined

const checkClaims = ({ claimValidationRules = [] }: IssuerWords, claims: Claims): void => {
  for (const { claim, requiredValue = '', expression, message } of claimValidationRules) {
    if (claim && claims[claim] !== requiredValue) throw new Error(`the claim ${claim} is not as it has to be`)
    if (expression && evaluate(expression, 'claims', claims) !== true)
      throw new Error(message || `a rule does not hold: ${expression}`)
  }
}

const userInfo = ({ name, uid = '', groups, extra = {} }: User) => ({ username: name, uid, groups, extra })

const checkUser = ({ userValidationRules = [] }: IssuerWords, user: User): void => {
  for (const { expression, message } of userValidationRules)
    if (evaluate(expression, 'user', userInfo(user)) !== true)
      throw new Error(message || `a rule does not hold: ${expression}`)
}

const extraOf = ({ extra = [] }: IssuerWords['claimMappings'], claims: Claims): Record<string, readonly string[]> =>
  Object.fromEntries(
    extra.flatMap(({ key, valueExpression }) => {
      const values = listOf(evaluate(valueExpression, 'claims', claims))
      return values.length > 0 ? [[key, values]] : []
    }),
  )

/** Who the claims of a token speak of. Throws an `Error` that says why nobody. */
export function userOf(words: IssuerWords, claims: Claims): User {
  const { username, groups, uid } = words.claimMappings
  checkClaims(words, claims)
  checkEmail(username, claims)
  const name = `${username.prefix ?? ''}${textOf(mappedValue(username, claims), 'username')}`
  const own = groups ? listOf(mappedValue(groups, claims)).map((group) => `${groups.prefix ?? ''}${group}`) : []
  const id = uid ? textOf(mappedValue(uid, claims), 'uid') : undefined
  const extra = extraOf(words.claimMappings, claims)
  const user: User = {
    name,
    ...(id && { uid: id }),
    groups: own,
    ...(Object.keys(extra).length > 0 && { extra }),
  }
  checkUser(words, user)
  return { ...user, groups: [...own, authenticated] }
}
