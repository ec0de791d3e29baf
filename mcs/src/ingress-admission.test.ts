import { type IngressBackend, type IngressSpec, type MultiClusterIngress, multiClusterIngressKind } from '@flotilla/sdk'
import { examineCauses } from '@flotilla/sdk/testing'
import { ingressAdmission } from './ingress-admission.ts'

const of = (spec: IngressSpec): MultiClusterIngress => ({
  apiVersion: multiClusterIngressKind.apiVersion,
  kind: multiClusterIngressKind.kind,
  metadata: { name: 'web', namespace: 'shop' },
  spec,
})

const saying = (spec: IngressSpec, ...causes: readonly string[]) => ({ given: { manifest: of(spec) }, causes })

const backend: IngressBackend = { service: { name: 'web', port: { number: 80 } } }

const to = (given: IngressBackend, ...causes: readonly string[]) =>
  saying({ defaultBackend: given }, ...causes.map((cause) => `spec.defaultBackend${cause}`))

const path = (given: string | undefined, pathType: string, ...causes: readonly string[]) =>
  saying(
    { rules: [{ http: { paths: [{ ...(given !== undefined && { path: given }), pathType, backend }] } }] },
    ...causes.map((cause) => `spec.rules[0].http.paths[0].${cause}`),
  )

const parts = 'must not have empty parts, "." or ".." as a part, nor a slash written as "%2f"'
const subdomain = `must be parts joined by dots that start and end with a lower case letter or digit, and have only those and '-' between, such as "web.example.com"`

examineCauses(ingressAdmission, {
  'a good ingress': saying({
    ingressClassName: 'nginx',
    defaultBackend: { resource: { apiGroup: 'k8s.example.com', kind: 'Bucket', name: 'static' } },
    tls: [{ hosts: ['*.example.com', 'example.com'], secretName: 'web-tls' }],
    rules: [
      { host: '*.example.com', http: { paths: [{ path: '/a', pathType: 'Prefix', backend }] } },
      { host: 'example.com' },
    ],
  }),
  'nothing at all': saying({}, 'spec: Required value: a defaultBackend or rules'),
  'a class that could be none': saying(
    { defaultBackend: backend, ingressClassName: 'A' },
    `spec.ingressClassName: Invalid value: "A": ${subdomain}`,
  ),
  'hosts that are none': saying(
    { rules: [{ host: '10.0.0.1' }, { host: '*' }, { host: 'a.*.b' }], tls: [{ hosts: [''], secretName: 'A' }] },
    'spec.rules[0].host: Invalid value: "10.0.0.1": must be a name, not an address',
    `spec.rules[1].host: Invalid value: "*": ${subdomain}`,
    `spec.rules[2].host: Invalid value: "a.*.b": ${subdomain}`,
    'spec.tls[0].hosts[0]: Required value',
    `spec.tls[0].secretName: Invalid value: "A": ${subdomain}`,
  ),
  'a rule without paths': saying({ rules: [{ http: { paths: [] } }] }, 'spec.rules[0].http.paths: Required value'),
})

examineCauses(ingressAdmission, {
  'to nothing': to({}, ': Required value: a service or a resource'),
  'to two things': to(
    { ...backend, resource: { kind: 'Bucket', name: 'static' } },
    '.resource: Forbidden: cannot stand beside service; keep one of them',
  ),
  'to a service without a port': to(
    { service: { name: 'web' } },
    '.service.port: Required value: the name or the number of a port',
  ),
  'to two ports': to(
    { service: { name: 'web', port: { name: 'http', number: 80 } } },
    '.service.port: Invalid value: {"name":"http","number":80}: must be a name or a number, not both',
  ),
  'to ports that are none': to(
    { service: { name: 'web', port: { name: '80' } } },
    `.service.port.name: Invalid value: "80": must be the name of a port: up to 15 lower case letters, digits and single '-', and a letter among them`,
  ),
  'to port 0': to(
    { service: { name: 'web', port: { number: 0 } } },
    '.service.port.number: Invalid value: 0: must be 1 to 65535',
  ),
  'to a resource without a name': to(
    { resource: { kind: '', name: '' } },
    '.resource.kind: Required value',
    '.resource.name: Required value',
  ),
})

examineCauses(ingressAdmission, {
  'an exact path': path('/a/b.c', 'Exact'),
  'any path, by the controller': path(undefined, 'ImplementationSpecific'),
  'no path': path(undefined, 'Prefix', 'path: Required value'),
  'a path of no type': path('/', '', 'pathType: Required value: one of Exact, Prefix, ImplementationSpecific'),
  'a relative path': path('a', 'Exact', 'path: Invalid value: "a": must start with a slash'),
  'a relative path, by the controller': path(
    'a',
    'ImplementationSpecific',
    'path: Invalid value: "a": must start with a slash',
  ),
  'an empty part': path('/a//b', 'Prefix', `path: Invalid value: "/a//b": ${parts}`),
  'a part that is a dot': path('/a/./b', 'Prefix', `path: Invalid value: "/a/./b": ${parts}`),
  'the way up': path('/a/..', 'Exact', `path: Invalid value: "/a/..": ${parts}`),
  'a hidden slash': path('/a%2Fb', 'Exact', `path: Invalid value: "/a%2Fb": ${parts}`),
})
