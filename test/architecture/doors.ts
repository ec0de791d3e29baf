/** Who may open which door: workspace by workspace, the packages of ours each may import. `docs/decisions` says why. */
const features = [
  'admitting',
  'matching',
  'scheduling',
  'assigning',
  'estimating',
  'overriding',
  'customizing',
  'interpreting',
  'failover',
  'namespaces',
  'interpreter-webhooks',
  'estimator',
  'quota',
  'mcs',
]

export const mayImport: Readonly<Record<string, readonly string[]>> = {
  sdk: [],
  kube: ['sdk'],
  apiserver: ['sdk', 'kube'],
  simulator: ['sdk', 'kube', 'apiserver'],
  core: ['sdk', 'kube'],
  cel: ['sdk'],
  ...Object.fromEntries(features.map((name) => [name, ['sdk']])),
  admitting: ['sdk', 'cel'],
  scheduling: ['sdk', 'cel'],
  overriding: ['sdk', 'cel'],
  preset: ['sdk', ...features],
  'create-plugin': ['sdk'],
  cli: [
    'sdk',
    'kube',
    'apiserver',
    'simulator',
    'core',
    'estimator',
    'mcs',
    'interpreter-webhooks',
    'preset',
    'create-plugin',
  ],
  test: ['sdk', 'kube', 'apiserver', 'simulator', 'core', 'preset', 'cli', ...features],
}

/** Third-party packages that live behind one door: the only folders that may import them. */
export const behindOneDoor: Readonly<Record<string, readonly string[]>> = {
  undici: ['core/kube/src'],
  '@kubernetes/client-node': ['core/kube/src', 'core/apiserver/scripts'],
  'node:sqlite': ['core/apiserver/src/storage'],
  'wasmoon-lua5.1': ['core/control-plane/src/sandbox/lua'],
  fastify: ['core/apiserver/src', 'core/control-plane/src/server', 'core/cli/src', 'interpreter-webhooks/src'],
  tsyringe: ['core/control-plane/src/extension'],
  'isolated-vm': ['core/control-plane/src/sandbox/javascript'],
  'prom-client': ['core/control-plane/src/server'],
  pino: ['core/control-plane/src/server'],
  commander: ['core/cli/src'],
  croner: ['plugins/admitting/src'],
  '@bufbuild/cel': ['cel/src'],
  '@bufbuild/protobuf': ['cel/src'],
  semver: ['cel/src', 'core/control-plane/src/extension'],
  rfc6902: [
    'core/apiserver/src/patch',
    'core/control-plane/src/server',
    'plugins/overriding/src',
    'interpreter-webhooks/src',
  ],
  '@peculiar/x509': ['core/apiserver/src'],
  '@grpc/grpc-js': ['estimator/src'],
  protobufjs: ['estimator/src/wire'],
  'dns-packet': ['mcs/src/dns'],
  'fast-check': ['test/chaos'],
  '@extism/extism': ['core/control-plane/src/sandbox/wasm'],
  ajv: ['core/apiserver/src/schema', 'core/control-plane/src'],
}

/** Inside the control plane: what a pipeline stage may see beside itself. No stage sees another. */
export const stageMaySee = ['extension', 'member', 'manifest', 'machine.ts']
