import type { Definition } from '../crd.ts'
import type { Kind } from '../kind.ts'
import type { Json, Manifest, StringMap } from '../manifest.ts'
import { anything, described, list, object, required, type Schema, stringMap, text, texts, word } from '../schema.ts'
import {
  type ClusterAffinity,
  clusterAffinitySchema,
  type ResourceSelector,
  resourceSelectorsSchema,
} from './placement.ts'

export type OverrideOperator = 'add' | 'remove' | 'replace'

/** What an expression of an override policy may name: `value` is what stands where it is about. */
export const overrideVariables: readonly string[] = ['cluster', 'object', 'value']

/** Flotilla's own: where a value may stand, an expression may stand instead of it. */
interface Computed {
  /** In the Common Expression Language. Excludes `value`. */
  readonly cel?: string
}

export interface PlaintextOverrider extends Computed {
  /** JSON pointer. */
  readonly path: string
  readonly operator: OverrideOperator
  readonly value?: Json
}

export interface ImageOverrider extends Computed {
  readonly predicate?: { readonly path: string }
  readonly component: 'Registry' | 'Repository' | 'Tag'
  readonly operator: OverrideOperator
  readonly value?: string
}

export interface CommandOverrider extends Computed {
  readonly containerName: string
  readonly operator: 'add' | 'remove'
  readonly value?: readonly string[]
}

export interface MapOverrider extends Computed {
  readonly operator: OverrideOperator
  readonly value?: StringMap
}

export interface EmbeddedPatch extends Computed {
  readonly subPath: string
  readonly operator: OverrideOperator
  readonly value?: Json
}

export interface FieldOverrider {
  readonly fieldPath: string
  readonly json?: readonly EmbeddedPatch[]
  readonly yaml?: readonly EmbeddedPatch[]
}

export interface Overriders {
  readonly imageOverrider?: readonly ImageOverrider[]
  readonly commandOverrider?: readonly CommandOverrider[]
  readonly argsOverrider?: readonly CommandOverrider[]
  readonly labelsOverrider?: readonly MapOverrider[]
  readonly annotationsOverrider?: readonly MapOverrider[]
  readonly fieldOverrider?: readonly FieldOverrider[]
  readonly plaintext?: readonly PlaintextOverrider[]
}

export interface OverrideRule {
  /** By default all clusters. */
  readonly targetCluster?: ClusterAffinity
  readonly overriders: Overriders
}

export interface OverrideSpec {
  /** By default everything in the policy's scope. */
  readonly resourceSelectors?: readonly ResourceSelector[]
  readonly overrideRules?: readonly OverrideRule[]
  /** Deprecated: `overrideRules`. */
  readonly targetCluster?: ClusterAffinity
  /** Deprecated: `overrideRules`. */
  readonly overriders?: Overriders
}

/** What is different where. Namespaced (OverridePolicy) or not (ClusterOverridePolicy): the kind says. */
export interface OverridePolicy extends Manifest {
  readonly spec: OverrideSpec
}

export const overridePolicyKind: Kind<OverridePolicy> = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'OverridePolicy',
  plural: 'overridepolicies',
  scope: 'Namespaced',
}

export const clusterOverridePolicyKind: Kind<OverridePolicy> = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'ClusterOverridePolicy',
  plural: 'clusteroverridepolicies',
  scope: 'Cluster',
}

const operator = required(word('What to do with the value.', ['add', 'remove', 'replace']))
const addOrRemove = required(word('What to do with the value.', ['add', 'remove']))

/** The expression that may stand instead of a value. */
const cel = (result: string): Schema =>
  text(`Instead of the value: an expression (CEL) of ${result}, about cluster, object and value.`)

const imageOverrider = object<ImageOverrider>('Changes images.', {
  predicate: object<ImageOverrider['predicate']>('Which image; unset is the images of all containers.', {
    path: required(text('JSON pointer to the image.')),
  }),
  component: required(word('Part of the image.', ['Registry', 'Repository', 'Tag'])),
  operator,
  value: text('Needed to add and to replace.'),
  cel: cel('a text'),
})

const commandOverrider = (description: string): Schema =>
  object<CommandOverrider>(description, {
    containerName: required(text('Name of the container.')),
    operator: addOrRemove,
    value: texts('What is added or removed.'),
    cel: cel('a list of texts'),
  })

const mapOverrider = (description: string): Schema =>
  object<MapOverrider>(description, {
    operator,
    value: stringMap('Keys and values. Only keys that are there are removed or replaced.'),
    cel: cel('a map of texts'),
  })

const embeddedPatch = object<EmbeddedPatch>('A change inside the document.', {
  subPath: required(text('JSON pointer inside the document.')),
  operator,
  value: anything('Needed to add and to replace.'),
  cel: cel('any value'),
})

const fieldOverrider = object<FieldOverrider>('Changes a document inside a text.', {
  fieldPath: required(text('JSON pointer to the text.')),
  json: list('Changes of a JSON document. Excludes yaml.', embeddedPatch),
  yaml: list('Changes of a YAML document. Excludes json.', embeddedPatch),
})

const plaintextOverrider = object<PlaintextOverrider>('Changes any field.', {
  path: required(text('JSON pointer to the field.')),
  operator,
  value: anything('Needed to add and to replace.'),
  cel: cel('any value'),
})

export const overridersSchema = object<Overriders>('What is different, applied in the order given here.', {
  imageOverrider: list('Changes of images, first.', imageOverrider),
  commandOverrider: list('Changes of commands, second.', commandOverrider('Changes the command of a container.')),
  argsOverrider: list('Changes of arguments, third.', commandOverrider('Changes the arguments of a container.')),
  labelsOverrider: list('Changes of labels, fourth.', mapOverrider('Changes labels.')),
  annotationsOverrider: list('Changes of annotations, fifth.', mapOverrider('Changes annotations.')),
  fieldOverrider: list('Changes of documents inside texts, sixth.', fieldOverrider),
  plaintext: list('Changes of any field, last.', plaintextOverrider),
})

const overrideRule = object<OverrideRule>('What is different in some clusters.', {
  targetCluster: clusterAffinitySchema('The clusters; unset is all.'),
  overriders: required(overridersSchema),
})

const overrideSpecSchema = object<OverrideSpec>('What is different where.', {
  resourceSelectors: resourceSelectorsSchema('The templates; unset is everything in the scope of the policy.'),
  overrideRules: list('Rules, applied in this order.', overrideRule),
  targetCluster: clusterAffinitySchema('Deprecated: overrideRules.'),
  overriders: described('Deprecated: overrideRules.', overridersSchema),
})

const both = { categories: ['karmada-io'], fields: { spec: required(overrideSpecSchema) } }

export const overridePolicyDefinitions: readonly Definition[] = [
  {
    kind: overridePolicyKind,
    shortNames: ['op'],
    description: 'Says what is different in which clusters, for templates of its namespace.',
    ...both,
  },
  {
    kind: clusterOverridePolicyKind,
    shortNames: ['cop'],
    description: 'Says what is different in which clusters, for templates of any namespace and none.',
    ...both,
  },
]
