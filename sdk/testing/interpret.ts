import assert from 'node:assert/strict'
import type { AggregatedStatusItem, Component, Health } from '../src/api/binding.ts'
import type { Manifest } from '../src/manifest.ts'
import {
  aggregate,
  components,
  type Dependency,
  dependencies,
  health,
  type Needs,
  type Reflection,
  type Retention,
  type Revision,
  replicas,
  retain,
  reviseReplicas,
  status,
  type Template,
} from '../src/points/interpret.ts'
import { type Case, exam } from './exam.ts'
import { sameObject } from './sound.ts'

export interface TemplateWords extends Case {
  readonly given: Manifest
}

const template = ({ given }: TemplateWords): Template => ({ manifest: given })

/** Examines how many replicas a workload wants. Without `needs` the plugin has no opinion. */
export const examineReplicas = exam({
  point: replicas,
  asks: template,
  says: (needs) => needs,
  wants: ({ needs }: TemplateWords & { readonly needs?: Needs }) => needs,
  sound: (needs) => assert.ok(!needs || Number.isInteger(needs.replicas)),
})

/** Examines which pod templates a workload has. Without `has` the plugin has no opinion. */
export const examineComponents = exam({
  point: components,
  asks: template,
  says: (components) => components,
  wants: ({ has }: TemplateWords & { readonly has?: readonly Component[] }) => has,
  sound: (components = []) =>
    assert.equal(new Set(components.map(({ name }) => name)).size, components.length, 'a component has its own name'),
})

/** Examines what a workload refers to. Without `refersTo` the plugin has no opinion. */
export const examineDependencies = exam({
  point: dependencies,
  asks: template,
  says: (dependencies) => dependencies,
  wants: ({ refersTo }: TemplateWords & { readonly refersTo?: readonly Dependency[] }) => refersTo,
  sound: (dependencies = []) => {
    for (const { name, labelSelector } of dependencies) assert.ok(name || labelSelector, 'a dependency can be found')
  },
})

/** Examines what of a member's object is collected. Without `collects` the plugin has no opinion; `{}` is nothing. */
export const examineStatus = exam({
  point: status,
  asks: template,
  says: (reflection) => reflection,
  wants: ({ collects }: TemplateWords & { readonly collects?: Reflection }) => collects,
})

/** Examines whether a member's object is healthy. Without `is` the plugin has no opinion. */
export const examineHealth = exam({
  point: health,
  asks: template,
  says: (health) => health,
  wants: ({ is }: TemplateWords & { readonly is?: Health }) => is,
})

export interface RevisionWords extends Case {
  readonly given: Revision
  /** Without it the plugin has no opinion. */
  readonly becomes?: Manifest
}

/** Examines how a workload gets so many replicas. */
export const examineReviseReplicas = exam({
  point: reviseReplicas,
  asks: ({ given }: RevisionWords) => given,
  says: (manifest) => manifest,
  wants: ({ becomes }: RevisionWords) => becomes,
  sound: (after, { manifest }) => after && sameObject(after, manifest),
})

export interface RetentionWords extends Case {
  readonly given: Retention
  /** Without it the plugin has no opinion. */
  readonly becomes?: Manifest
}

/** Examines which fields of an object belong to its member. */
export const examineRetain = exam({
  point: retain,
  asks: ({ given }: RetentionWords) => given,
  says: (manifest) => manifest,
  wants: ({ becomes }: RetentionWords) => becomes,
  sound: (after, { desired }) => after && sameObject(after, desired),
})

export interface AggregationWords extends Case {
  readonly given: { readonly template: Manifest; readonly items: readonly AggregatedStatusItem[] }
  /** The status of the template; without it the plugin has no opinion. */
  readonly becomes?: object
}

const withoutStatus = ({ status: _, ...rest }: Manifest): object => rest

/** Examines how what members say becomes the status of the template. Nothing but the status may change. */
export const examineAggregate = exam({
  point: aggregate,
  asks: ({ given }: AggregationWords) => given,
  says: (manifest) => manifest?.status,
  wants: ({ becomes }: AggregationWords) => becomes,
  sound: (after, { template }) =>
    after && assert.deepEqual(withoutStatus(after), withoutStatus(template), 'only the status may change'),
})
