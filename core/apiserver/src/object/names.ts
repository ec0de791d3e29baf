import { randomInt } from 'node:crypto'
import { isIP, SocketAddress } from 'node:net'

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const labelPattern = new RegExp(`^${label}$`)
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`)
const label1035Pattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const qualifiedPattern = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/
const valuePattern = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/

/** What is wrong with a name, in Kubernetes' words; nothing when it is good. */
export type NameRule = (name: string) => readonly string[]

const atMost = (limit: number, name: string): string[] =>
  name.length > limit ? [`must be no more than ${limit} characters`] : []

const form = (pattern: RegExp, what: string, example: string, regex: string): NameRule => {
  const message = `${what} (e.g. ${example}, regex used for validation is '${regex}')`
  return (name) => (pattern.test(name) ? [] : [message])
}

const subdomainForm = form(
  subdomainPattern,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  "'example.com'",
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*',
)

const labelForm = form(
  labelPattern,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  "'my-name',  or '123-abc'",
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?',
)

const label1035Form = form(
  label1035Pattern,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  "'my-name',  or 'abc-123'",
  '[a-z]([-a-z0-9]*[a-z0-9])?',
)

const qualifiedForm = form(
  qualifiedPattern,
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  "'MyName',  or 'my.name',  or '123-abc'",
  '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
)

const valueForm = form(
  valuePattern,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  "'MyValue',  or 'my_value',  or '12345'",
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
)

/** `web.example.com`: most names. */
export const dnsSubdomain: NameRule = (name) => [...atMost(253, name), ...subdomainForm(name)]

const wildcardForm = form(
  new RegExp(`^\\*\\.${label}(\\.${label})*$`),
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  "'*.example.com'",
  '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*',
)

/** `*.example.com`: hosts of a domain. */
export const wildcard: NameRule = (name) => [...atMost(253, name), ...wildcardForm(name)]

/** `web`, `1st`: namespaces, services. */
export const dnsLabel: NameRule = (name) => [...atMost(63, name), ...labelForm(name)]

/** `web`, not `1st`: what is named after a service. */
export const dnsLabel1035: NameRule = (name) => [...atMost(63, name), ...label1035Form(name)]

/** Whatever can stand in a URL: RBAC, APIServices. */
export const pathSegment: NameRule = (name) => {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`)
}

/** Keys that are known to be good: the same few stand on most objects. */
const goodKeys = new Set<string>()
const mostGoodKeys = 4096

/** `example.com/name`, `name`: keys of labels and annotations, finalizers. */
export const qualifiedName: NameRule = (name) => {
  if (goodKeys.has(name)) return []
  const wrong = qualifiedNameCauses(name)
  if (wrong.length === 0 && goodKeys.size < mostGoodKeys) goodKeys.add(name)
  return wrong
}

const qualifiedNameCauses: NameRule = (name) => {
  const parts = name.split('/')
  if (parts.length > 2) return [...qualifiedForm('/'), `a qualified name must have at most one '/'`]
  const [part = '', prefix] = parts.reverse()
  const prefixWrong = prefix === '' ? ['prefix part must be non-empty'] : prefix ? dnsSubdomain(prefix) : []
  if (part === '') return [...prefixWrong, 'name part must be non-empty', ...qualifiedForm(part)]
  return [
    ...prefixWrong.map((wrong) => (wrong.startsWith('prefix') ? wrong : `prefix part ${wrong}`)),
    ...atMost(63, part),
    ...qualifiedForm(part),
  ]
}

/** The value of a label. */
export const labelValue: NameRule = (value) => [...atMost(63, value), ...valueForm(value)]

/** The one way to write an address. */
const address: NameRule = (name) => {
  const family = isIP(name)
  if (family === 0) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']
  const canonical = new SocketAddress({ address: name, family: family === 6 ? 'ipv6' : 'ipv4' }).address
  return canonical === name ? [] : [`must be in canonical form ("${canonical}")`]
}

/** Names of a resource, by where it is kept. */
export const nameRuleOf = (group: string, plural: string): NameRule => {
  if (group === 'networking.k8s.io' && plural === 'ipaddresses') return address
  if (group === 'rbac.authorization.k8s.io' || group === 'apiregistration.k8s.io') return pathSegment
  if (group === '' && (plural === 'namespaces' || plural === 'services')) return dnsLabel
  return dnsSubdomain
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
const suffixLength = 5
const longestBase = 63 - suffixLength

/** A name from `generateName`: the base, cut to fit, and five random characters. */
export const generateName = (base: string): string => {
  let suffix = ''
  while (suffix.length < suffixLength) suffix += alphabet[randomInt(alphabet.length)]
  return base.slice(0, longestBase) + suffix
}
