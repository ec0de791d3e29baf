import { type CelFunc, CelScalar, celFunc, celList, celMethod, listType } from '@bufbuild/cel'
import { opaque } from './opaque.ts'

const { DYN, STRING } = CelScalar
const optional = listType(DYN)

/** What is wrong with a text, in Kubernetes' words. */
type Check = (text: string) => readonly string[]

const formats = opaque<Check>('kubernetes.NamedFormat')

const atMost =
  (limit: number): Check =>
  (text) =>
    text.length > limit ? [`must be no more than ${limit} bytes`] : []

const form = (pattern: string, words: string, examples: string): Check => {
  const whole = new RegExp(`^${pattern}$`)
  const message = `${words} (e.g. ${examples}, regex used for validation is '${pattern}')`
  return (text) => (whole.test(text) ? [] : [message])
}

const both =
  (...checks: readonly Check[]): Check =>
  (text) =>
    checks.flatMap((check) => check(text))

const label = form(
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?',
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  "'my-name',  or '123-abc'",
)
const subdomain = form(
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*',
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  "'example.com'",
)
const label1035 = form(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  "'my-name',  or 'abc-123'",
)
const namePart = form(
  '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  "'MyName',  or 'my.name',  or '123-abc'",
)
const labelValue = form(
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  "'MyValue',  or 'my_value',  or '12345'",
)

/** A name that more is to be added to: its last character need not be one a name may end with. */
const prefix =
  (check: Check): Check =>
  (text) =>
    check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text)

const qualified: Check = (text) => {
  const [name = '', domain, more] = text.split('/').reverse()
  if (more !== undefined) return [...namePart('/'), "a qualified name must consist of at most one '/'"]
  const inDomain = domain === undefined ? [] : both(atMost(253), subdomain)(domain)
  return [...inDomain.map((wrong) => `prefix part ${wrong}`), ...both(atMost(63), namePart)(name)]
}

const shape =
  (pattern: RegExp, message: string): Check =>
  (text) =>
    pattern.test(text) ? [] : [message]

const isDate = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
const isTime = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text))

const when =
  (isGood: (text: string) => boolean, message: string): Check =>
  (text) =>
    isGood(text) ? [] : [message]

/** By the names they have in expressions. */
const all: Readonly<Record<string, Check>> = {
  dns1123Label: both(atMost(63), label),
  dns1123Subdomain: both(atMost(253), subdomain),
  dns1035Label: both(atMost(63), label1035),
  qualifiedName: qualified,
  dns1123LabelPrefix: both(atMost(63), prefix(label)),
  dns1123SubdomainPrefix: both(atMost(253), prefix(subdomain)),
  dns1035LabelPrefix: both(atMost(63), prefix(label1035)),
  labelValue: both(atMost(63), labelValue),
  uri: when((text) => text.startsWith('/') || URL.canParse(text), 'invalid URI'),
  uuid: shape(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i, 'does not match the UUID format'),
  byte: shape(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, 'invalid base64'),
  date: when(isDate, 'invalid date'),
  datetime: when(isTime, 'invalid datetime'),
}

const made = (name: string, check: Check) => formats.make(check, { name })

/** `format.dns1123Label().validate("A").value()`: what is wrong, where something is. */
export const formatFunctions: readonly CelFunc[] = [
  ...Object.entries(all).map(([name, check]) => celFunc(`format.${name}`, [], formats.type, () => made(name, check))),
  celFunc('format.named', [STRING], optional, (name) => {
    const check = Object.hasOwn(all, name) ? all[name] : undefined
    return celList(check ? [made(name, check)] : [])
  }),
  celMethod('validate', formats.type, [STRING], optional, function (text) {
    const wrong = formats.of(this)(text)
    return celList(wrong.length > 0 ? [celList(wrong)] : [])
  }),
]
