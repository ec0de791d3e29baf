import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileSchema } from '../schema/structural.ts'
import { definition, definitionName } from './definitions.ts'
import { builtins } from './index.ts'

const core = 'io.k8s.api.core.v1'

test('a definition is always the same object, also where another refers to it', () => {
  const template = definition('io.k8s.api.apps.v1.DeploymentSpec').properties?.template
  assert.equal(template, definition('io.k8s.api.apps.v1.StatefulSetSpec').properties?.template)
  assert.equal(template?.properties?.spec, definition(`${core}.PodTemplate`).properties?.template?.properties?.spec)
  assert.equal(template && definitionName(template), `${core}.PodTemplateSpec`)
})

test('a field may refine the definition it refers to', () => {
  const strategy = definition('io.k8s.api.apps.v1.DeploymentSpec').properties?.strategy
  const name = 'io.k8s.api.apps.v1.DeploymentStrategy'
  assert.equal(strategy && definitionName(strategy), name)
  assert.deepEqual([strategy?.default, strategy?.['x-kubernetes-patch-strategy']], [{}, 'retainKeys'])
  assert.equal(definition(name).default, undefined)
  assert.deepEqual(Object.keys(strategy?.properties ?? {}), Object.keys(definition(name).properties ?? {}))
})

test('a definition may refer to itself', () => {
  const props = definition('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps')
  assert.equal(props.properties?.not, props)
})

test('a name nobody has is an error', () => {
  assert.throws(() => definition('io.k8s.api.core.v1.Nothing'), /there is no schema/)
})

describe('merge keys name fields of the items', () => {
  for (const { kind, schema } of builtins) {
    test(kind, () => {
      const seen = new Set()
      const visit = (at: typeof schema, path: string): void => {
        if (!at || seen.has(at)) return
        seen.add(at)
        const keys = [...(at['x-kubernetes-list-map-keys'] ?? []), at['x-kubernetes-patch-merge-key']]
        for (const key of keys) if (key) assert.ok(at.items?.properties?.[key], `${path} has items without ${key}`)
        visit(at.items, `${path}[]`)
        for (const [name, child] of Object.entries(at.properties ?? {})) visit(child, `${path}.${name}`)
      }
      visit(schema, kind)
    })
  }
})

describe('defaults are values of their schemas', () => {
  for (const { kind, schema } of builtins) {
    test(kind, () => {
      const seen = new Set()
      const visit = (at: typeof schema): void => {
        if (!at || seen.has(at)) return
        seen.add(at)
        const value = { value: at.default }
        if (at.default !== undefined) {
          const { validate, applyDefaults } = compileSchema({ type: 'object', properties: { value: at } })
          const wrong = validate(applyDefaults(value)).filter(({ reason }) => reason !== 'FieldValueRequired') // which is said
          assert.deepEqual(wrong, [])
        }
        visit(at.items)
        for (const child of Object.values(at.properties ?? {})) visit(child)
      }
      visit(schema)
    })
  }
})

test('what is required is there with nothing in it when it is not said', () => {
  const { required, properties } = definition(`${core}.ContainerStatus`)
  assert.ok(required?.includes('ready'))
  assert.deepEqual(
    [properties?.ready?.default, properties?.image?.default, properties?.restartCount?.default],
    [false, '', 0],
  )
})
