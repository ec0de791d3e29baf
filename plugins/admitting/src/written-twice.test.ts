import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Ask,
  admit,
  type CustomResourceDefinition,
  crds,
  deepFreeze,
  keyOf,
  type Manifest,
  Registry,
  type schema,
  versionOf,
} from '@flotilla/sdk'
import { fakeHost } from '@flotilla/sdk/testing'
import fc from 'fast-check'
import { admittingPlugins } from './index.ts'

type Schema = schema.Schema

/** Words that mean something somewhere, and one that means nothing. */
const words = ['', 'a', 'shop', 'member1', 'v1', 'apps/v1', 'Deployment', '/spec/replicas', '1Gi', '0 8 * * *']

const numberOf = ({ minimum = -1, maximum = 4 }: Schema) =>
  fc.integer({ min: Math.max(minimum, -1), max: Math.min(maximum, Math.max(minimum, 4)) })

/** Objects as a schema has them: what it does not require is there or not. */
function objectOf({ properties = {}, required = [] }: Schema): fc.Arbitrary<object> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, anyOf(field)]))
  return fc.record(fields, { requiredKeys: [...required] })
}

function anyOf(of: Schema): fc.Arbitrary<unknown> {
  if (of.enum) return fc.constantFrom(...of.enum)
  if (of.items) return fc.array(anyOf(of.items), { maxLength: 2, minLength: of.minItems ?? 0 })
  if (of.additionalProperties)
    return fc.dictionary(fc.constantFrom(...words), anyOf(of.additionalProperties), { maxKeys: 2 })
  if (of.properties) return objectOf(of)
  if (of.type === 'string' || of['x-kubernetes-int-or-string']) return fc.constantFrom(...words)
  if (of.type === 'integer' || of.type === 'number') return numberOf(of)
  if (of.type === 'boolean') return fc.boolean()
  return of.type === 'object' ? fc.constant({}) : fc.jsonValue({ maxDepth: 1 })
}

/** The version that is stored. */
const storedOf = ({ spec: { versions } }: CustomResourceDefinition) => versions.find(({ storage }) => storage)

/** Objects of a kind: their metadata is what every object has. */
function manifests(definition: CustomResourceDefinition): fc.Arbitrary<Manifest> {
  const { group, names, scope } = definition.spec
  const stored = storedOf(definition)
  const metadata = { name: 'a', ...(scope === 'Namespaced' && { namespace: 'shop' }), labels: { a: 'b' } }
  const identity = { apiVersion: `${group}/${versionOf(`${group}/${stored?.name}`)}`, kind: names.kind, metadata }
  return objectOf(stored?.schema.openAPIV3Schema ?? {}).map((fields) => deepFreeze({ ...fields, ...identity }))
}

const registry = new Registry()
const host = fakeHost()
for (const plugin of admittingPlugins) for (const each of plugin.extensions?.(host) ?? []) registry.add(each)
const { ask }: { readonly ask: Ask } = registry

const written = (manifest: Manifest, before?: Manifest): Promise<Manifest> => {
  const key = keyOf(manifest)
  const write = { key, manifest, user: 'me', dryRun: false }
  return ask(admit.mutate, before ? { ...write, operation: 'UPDATE', before } : { ...write, operation: 'CREATE' })
}

describe('what is written as it is stored is stored as it is', () => {
  for (const definition of crds)
    test(definition.spec.names.kind, () =>
      fc.assert(
        fc.asyncProperty(manifests(definition), async (manifest) => {
          const once = deepFreeze(await written(manifest))
          assert.deepEqual(await written(once, once), once)
          await ask(admit.refuse, {
            operation: 'UPDATE',
            key: keyOf(once),
            manifest: once,
            before: manifest,
            user: 'me',
            dryRun: false,
          })
        }),
        { numRuns: 60 },
      ),
    )
})
