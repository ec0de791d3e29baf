import type { Format } from './field.ts'
import { parseQuantity } from './quantity.ts'

const matching =
  (pattern: RegExp, longest: number, must: string): Format =>
  (text) => {
    if (text.length > longest) return `must be no more than ${longest} characters`
    return pattern.test(text) ? undefined : must
  }

const labelEdges = "start and end with a lower case letter or digit, and have only those and '-' between"

/** A name as DNS labels are: `web-1`. RFC 1123. */
export const dnsLabel = matching(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 63, `must ${labelEdges}, such as "web-1"`)

/** A DNS label that does not start with a digit, as names of Services are. RFC 1035. */
export const dns1035Label = matching(
  /^[a-z]([-a-z0-9]*[a-z0-9])?$/,
  63,
  'must start with a lower case letter, end with one or a digit, and have only those and \'-\' between, such as "web"',
)

/** Names joined by dots: `web.example.com`. RFC 1123. */
export const dnsSubdomain = matching(
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  253,
  `must be parts joined by dots that ${labelEdges}, such as "web.example.com"`,
)

/** The name of a member cluster: a DNS label that leaves room for the prefix of its execution namespace. */
export const clusterName: Format = (text) => (text.length > 48 ? 'must be no more than 48 characters' : dnsLabel(text))

/** The value of a label; it may be empty. */
export const labelValue = matching(
  /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/,
  63,
  "must be empty, or start and end with a letter or digit and have only those, '-', '_' and '.' between, such as \"blue\"",
)

const keyName = matching(
  /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/,
  63,
  "must start and end with a letter or digit and have only those, '-', '_' and '.' between, such as \"app\" or \"example.com/app\"",
)

/** The key of a label, annotation or taint: a name, or a domain and a name: `example.com/app`. */
export const labelKey: Format = (text) => {
  const slash = text.indexOf('/')
  const domain = slash < 0 ? undefined : dnsSubdomain(text.slice(0, slash))
  return domain ? `the part before the slash ${domain}` : keyName(text.slice(slash + 1))
}

/** A JSON pointer (RFC 6901): empty, or `/spec/replicas`, with `~1` for a slash and `~0` for a tilde inside a name. */
export const jsonPointer: Format = (text) => {
  if (text !== '' && !text.startsWith('/'))
    return 'must be a JSON pointer: it starts with a slash, as in "/spec/replicas"'
  return /~(?![01])/.test(text)
    ? 'must be a JSON pointer: a tilde is written as "~0", a slash inside a name as "~1"'
    : undefined
}

/** An amount: `500m`, `1Gi`. */
export const quantityText: Format = (text) => {
  try {
    parseQuantity(text)
    return undefined
  } catch {
    return 'must be a quantity, such as "500m" or "1Gi"'
  }
}

/** An apiVersion: `v1`, `apps/v1`. */
export const apiVersion: Format = (text) => {
  const parts = text.split('/')
  const wrong = parts.length > 2 || dnsLabel(parts.at(-1) ?? '') || (parts.length === 2 && dnsSubdomain(parts[0] ?? ''))
  return wrong ? 'must be a version, or a group and a version, such as "v1" or "apps/v1"' : undefined
}
