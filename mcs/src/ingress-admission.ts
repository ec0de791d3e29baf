import { isIP } from 'node:net'
import {
  between,
  checks,
  chosen,
  definePlugin,
  dns1035Label,
  dnsSubdomain,
  Field,
  type Format,
  type IngressBackend,
  type IngressPath,
  type IngressRule,
  type IngressServiceBackend,
  type MultiClusterIngress,
  multiClusterIngressKind,
  named,
  type Problems,
  present,
  type TypedLocalReference,
  type Write,
  written,
} from '@flotilla/sdk'
import { loadBalancerProblems } from './load-balancer.ts'

const portName: Format = (text) =>
  text.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text) && /[a-z]/.test(text)
    ? undefined
    : "must be the name of a port: up to 15 lower case letters, digits and single '-', and a letter among them"

/** A name, or one with a star in place of its first part. */
const hostPattern: Format = (text) => {
  if (isIP(text) !== 0) return 'must be a name, not an address'
  return dnsSubdomain(text.startsWith('*.') ? text.slice(2) : text)
}

const unsafe = /\/\/|\/\.\.?\/|%2f|\/\.\.?$/i

/** A path that is matched part by part. */
const partedPath: Format = (text) => {
  if (!text.startsWith('/')) return 'must start with a slash'
  return unsafe.test(text)
    ? 'must not have empty parts, "." or ".." as a part, nor a slash written as "%2f"'
    : undefined
}

const absolutePath: Format = (text) => (text.startsWith('/') ? undefined : 'must start with a slash')

function* serviceProblems(service: Field<IngressServiceBackend | undefined>): Problems {
  const port = service.at('port')
  const [name, number] = [port.at('name'), port.at('number')]
  yield* named(service.at('name'), dns1035Label)
  yield* written(name, portName)
  if (!name.value && number.value === undefined) yield port.required('the name or the number of a port')
  if (name.value && number.value !== undefined) yield port.invalid('must be a name or a number, not both')
  yield* between(number, 1, 65_535)
}

function* resourceProblems(resource: Field<TypedLocalReference | undefined>): Problems {
  yield* written(resource.at('apiGroup'), dnsSubdomain)
  yield* present(resource.at('kind'))
  yield* present(resource.at('name'))
}

function* backendProblems(backend: Field<IngressBackend | undefined>): Problems {
  const [service, resource] = [backend.at('service'), backend.at('resource')]
  if (service.value && resource.value) yield resource.forbidden('cannot stand beside service; keep one of them')
  if (!service.value && !resource.value) yield backend.required('a service or a resource')
  if (service.value) yield* serviceProblems(service)
  if (resource.value) yield* resourceProblems(resource)
}

function* pathProblems(path: Field<IngressPath>): Problems {
  const [text, type] = [path.at('path'), path.at('pathType')]
  yield* chosen(type, ['Exact', 'Prefix', 'ImplementationSpecific'])
  if (type.value === 'ImplementationSpecific') yield* written(text, absolutePath)
  else yield* named(text, partedPath)
  yield* backendProblems(path.at('backend'))
}

function* ruleProblems(rule: Field<IngressRule>): Problems {
  const http = rule.at('http')
  yield* written(rule.at('host'), hostPattern)
  if (http.value === undefined) return
  yield* present(http.at('paths'))
  for (const path of http.at('paths').items()) yield* pathProblems(path)
}

/** What a MultiClusterIngress says that could not work. The rules are those of an Ingress. */
export function* ingressProblems({ manifest, before }: Write<MultiClusterIngress>): Problems {
  const ingress = new Field('', manifest)
  const spec = ingress.at('spec')
  const [backend, rules] = [spec.at('defaultBackend'), spec.at('rules').items()]
  if (!backend.value && rules.length === 0) yield spec.required('a defaultBackend or rules')
  if (backend.value) yield* backendProblems(backend)
  for (const rule of rules) yield* ruleProblems(rule)
  for (const tls of spec.at('tls').items()) {
    for (const host of tls.at('hosts').items()) yield* named(host, hostPattern)
    yield* written(tls.at('secretName'), dnsSubdomain)
  }
  yield* written(spec.at('ingressClassName'), dnsSubdomain)
  if (before) yield* loadBalancerProblems(ingress.at('status').at('loadBalancer'))
}

export const ingressAdmission = definePlugin({
  name: 'multi-cluster-ingress-admission',
  extensions: () => [checks([multiClusterIngressKind], ingressProblems)],
})
