import type { Manifest, StatusCause } from '@flotilla/sdk'
import type { Schema } from './schema/schema.ts'

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  readonly format?: string
  readonly description?: string
  /** 0 always shows, 1 with `-o wide`. */
  readonly priority?: number
  /** The cell; undefined prints as `<none>`. For `date`, an RFC 3339 time: it prints as an age. */
  readonly cell: (object: Manifest, now: Date) => unknown
}

/**
 * An object in another version of its kind, with the same metadata; undefined: its fields are the same there. The object
 * may not have been checked yet. `before`: what is stored in its place, which may say more than its version can.
 */
export type Convert = (object: Manifest, apiVersion: string, before?: Manifest) => Manifest | undefined

export interface Deletion {
  /** Who deletes an object is shown it, not just told that it is gone. */
  readonly shows?: true
  /** What it owns stays unless the deletion says otherwise, as it was before there was a choice. */
  readonly orphans?: true
  /** A finalizer that it has from its deletion on: it does not go before what comes with it. */
  readonly holds?: string
}

/** What a kind does with objects beyond its schema. Everything is pure; objects come in frozen and go out new. */
export interface Strategy {
  /** Defaults that a schema cannot say, and fields the user may not set, on create. */
  readonly prepareForCreate?: (object: Manifest) => Manifest
  /** The same on update. `before` is what is stored. */
  readonly prepareForUpdate?: (object: Manifest, before: Manifest) => Manifest
  /** What becomes of the status that is written through a subresource, at a time. */
  readonly prepareSubresource?: (subresource: string, object: Manifest, before: Manifest, now: string) => Manifest
  /** How many seconds an object has to end, if its deletion does not say; kinds without it, and at 0, go at once. */
  readonly grace?: (object: Manifest) => number
  /** How it goes, where that is not as of most kinds. */
  readonly deletion?: Deletion
  /** Rules beyond the schema; `before` on update only, and through which subresource it is. */
  readonly validate?: (object: Manifest, before?: Manifest, subresource?: string) => readonly StatusCause[]
}

/** Objects in another version, in their order, by someone who has to be asked. Rejects with the refusal when that fails. */
export type Translate = (objects: readonly Manifest[], apiVersion: string) => Promise<readonly Manifest[]>

/** What a resource shows in a form of its own. */
export interface ViewOf {
  /** The other resource: `events`. */
  readonly id: string
  /** What its objects are kept in. */
  readonly apiVersion: string
  readonly convert: Convert
}

/** What an object can be asked for or told beside itself, its status and its scale. */
export interface Subresource {
  readonly name: string
  readonly verbs: readonly ('create' | 'get' | 'patch' | 'update')[]
  /** What is sent and answered. */
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string }
  /** Absent where nothing is sent or answered: a connection is made. */
  readonly schema?: Schema
}

/** One version of a kind the server serves. */
export interface Resource {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly listKind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  /** `status` makes writes of the object leave `.status` alone and writes of the subresource leave all else alone. */
  readonly subresources: readonly ('status' | 'scale')[]
  /** Set where the objects are those of another resource, or of another version with other fields. */
  readonly viewOf?: ViewOf
  /** What other subresources it has. */
  readonly own?: readonly Subresource[]
  /** Subresources that lead to something else: what is asked there is not answered by this library. */
  readonly connects?: readonly string[]
  /** Set where what is created is answered and not kept: a question. */
  readonly transient?: true
  /** Where `scale` reads and writes; JSON paths such as `.spec.replicas`. */
  readonly scale?: {
    readonly specReplicasPath: string
    readonly statusReplicasPath: string
    readonly labelSelectorPath?: string
  }
  /** Kinds without `generation` (ConfigMap, Secret, ...) say false. */
  readonly generation: boolean
  readonly schema?: Schema
  readonly columns: readonly Column[]
  /** Fields `fieldSelector` knows beside metadata.name and metadata.namespace. */
  readonly selectableFields: Readonly<Record<string, (object: Manifest) => string>>
  readonly strategy: Strategy
}
