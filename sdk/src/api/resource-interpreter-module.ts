import { ageColumn, type Definition } from '../crd.ts'
import { guestPoints } from '../guest/points.ts'
import type { Kind } from '../kind.ts'
import type { Condition, Manifest } from '../manifest.ts'
import { int32, int64, list, object, quantity, required, type Schema, text, texts, word } from '../schema.ts'
import { conditionsSchema, type NamespacedName } from './kubernetes.ts'

/** A kind that a module is about. */
export interface ModuleTarget {
  readonly apiVersion: string
  readonly kind: string
}

/** A key of a ConfigMap. */
export interface ConfigMapKey extends NamespacedName {
  readonly key: string
}

/** An artifact in a registry. */
export interface ModuleImage {
  /** `registry/repository@sha256:...`. */
  readonly image: string
  /** A Secret with `.dockerconfigjson`, or with `username` and `password`. */
  readonly secretRef?: NamespacedName
}

/** Where the program is: exactly one of the places. */
export interface ModuleSource {
  /** The text of a script, or the bytes of a WASM module in base64. */
  readonly inline?: string
  readonly configMapRef?: ConfigMapKey
  /** A path below the directory of the setting `moduleDirectory`. */
  readonly file?: string
  readonly url?: string
  readonly oci?: ModuleImage
  /** Who signs the certificate of the server of `url` or `oci`, in PEM; by default the authorities Node knows. */
  readonly caBundle?: string
}

export interface ModuleLimits {
  /** Of one call: `500ms`, `2s`. */
  readonly timeout?: string
  readonly memory?: string | number
  readonly output?: string | number
  readonly concurrency?: number
}

export interface ResourceInterpreterModuleSpec {
  readonly runtime: 'wasm' | 'javascript'
  readonly targets?: readonly ModuleTarget[]
  /** Ids of extension points; by default all whose functions it exports. */
  readonly points?: readonly string[]
  readonly source: ModuleSource
  /** Of the program's bytes, in hex. */
  readonly sha256?: string
  /** Ed25519 over the program's bytes, in base64. */
  readonly signature?: string
  readonly limits?: ModuleLimits
  readonly capabilities?: readonly string[]
  readonly failurePolicy?: 'Fail' | 'Ignore'
  readonly order?: number
}

export interface ResourceInterpreterModuleStatus {
  readonly conditions?: readonly Condition[]
  /** SHA-256 of the program that answers. */
  readonly digest?: string
  /** What the program that answers exports. */
  readonly functions?: readonly string[]
  readonly observedGeneration?: number
}

/** A program in WASM or JavaScript that answers extension points. */
export interface ResourceInterpreterModule extends Manifest {
  readonly spec: ResourceInterpreterModuleSpec
  readonly status?: ResourceInterpreterModuleStatus
}

export const resourceInterpreterModuleKind: Kind<ResourceInterpreterModule> = {
  apiVersion: 'config.flotilla.dev/v1alpha1',
  kind: 'ResourceInterpreterModule',
  plural: 'resourceinterpretermodules',
  scope: 'Cluster',
}

const namespacedName = (description: string): Schema =>
  object<NamespacedName>(description, {
    namespace: required(text('Its namespace.')),
    name: required(text('Its name.')),
  })

const sourceSchema = object<ModuleSource>('Where the program is: exactly one of the places.', {
  inline: text('The text of a script, or the bytes of a WASM module in base64.'),
  configMapRef: object<ConfigMapKey>(
    'A key of a ConfigMap: a script in data, a WASM module in binaryData, or in data in base64. It is loaded anew when it changes.',
    {
      namespace: required(text('Namespace of the ConfigMap.')),
      name: required(text('Name of the ConfigMap.')),
      key: required(text('Key in data or binaryData.')),
    },
  ),
  file: text('A path below the directory of the setting moduleDirectory. It is loaded anew when it changes.'),
  url: text('Where it is downloaded from, over https. The program has to be pinned by sha256.'),
  oci: object<ModuleImage>('An artifact in a registry, pushed by flotilla plugin push.', {
    image: required(text('registry/repository@sha256:..., by digest.')),
    secretRef: namespacedName('A Secret with .dockerconfigjson, or with username and password.'),
  }),
  caBundle: text('Who signs the certificate of the server of url or oci, in PEM; by default well-known authorities.'),
})

const limitsSchema = object<ModuleLimits>('What it may use. Who goes beyond it ends alone.', {
  timeout: text('How long one call may take, at most 30s; by default 1s.', { pattern: '^[1-9][0-9]{0,4}(ms|s)$' }),
  memory: quantity('How much memory it may hold, from 1Mi to 1Gi; by default 64Mi.'),
  output: quantity('How long an answer may be, at most 16Mi; by default 2Mi.'),
  concurrency: int32('How many calls may run at once; by default 1.', { minimum: 1, maximum: 16 }),
})

const specSchema = object<ResourceInterpreterModuleSpec>('A program, and what it is asked.', {
  runtime: required(word('What the program is written in.', ['wasm', 'javascript'])),
  targets: list(
    'Kinds it is asked about. They are needed where it interprets or admits; elsewhere it is asked about any kind by default.',
    object<ModuleTarget>('A kind.', {
      apiVersion: required(text('Version of the kind, such as apps/v1.')),
      kind: required(text('Name of the kind.')),
    }),
    { maxItems: 64, atomic: true },
  ),
  points: list(
    'Extension points it answers, such as interpret.health; by default all whose functions it exports.',
    { type: 'string', enum: guestPoints.map(({ id }) => id) },
    { minItems: 1, maxItems: guestPoints.length },
  ),
  source: required(sourceSchema),
  sha256: text('SHA-256 of the program in hex. Another program is refused.', { pattern: '^[0-9a-f]{64}$' }),
  signature: text('Ed25519 signature over the program in base64, by one of the keys of the setting moduleKeys.'),
  limits: limitsSchema,
  capabilities: texts('What it may do beyond computing. There is nothing it can be given yet.'),
  failurePolicy: word(
    'Whether its failure fails the question, or is as good as no opinion.',
    ['Fail', 'Ignore'],
    'Fail',
  ),
  order: int32('Which of several modules is asked first: the lower, then the one whose name comes first.', {
    default: 0,
  }),
})

export const resourceInterpreterModuleDefinition: Definition = {
  kind: resourceInterpreterModuleKind,
  shortNames: ['rim'],
  description: 'A program in WASM or JavaScript that answers extension points: what a kind means, where workloads go.',
  fields: {
    spec: required(specSchema),
    status: object<ResourceInterpreterModule['status']>('How it fares.', {
      conditions: conditionsSchema('Ready: it is loaded. Answering: it does not fail.'),
      digest: text('SHA-256 of the program that answers.'),
      functions: texts('What the program that answers exports.'),
      observedGeneration: int64('The generation this status is about.'),
    }),
  },
  columns: [
    { name: 'RUNTIME', type: 'string', jsonPath: '.spec.runtime' },
    { name: 'READY', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'REASON', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'ANSWERING', type: 'string', jsonPath: '.status.conditions[?(@.type=="Answering")].status' },
    ageColumn,
    { name: 'DIGEST', type: 'string', jsonPath: '.status.digest', priority: 1 },
    { name: 'FUNCTIONS', type: 'string', jsonPath: '.status.functions', priority: 1 },
  ],
  status: true,
}
