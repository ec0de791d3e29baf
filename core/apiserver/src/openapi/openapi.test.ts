import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { builtins } from '../builtin/index.ts'
import type { Resource } from '../resource.ts'
import { componentName } from './components.ts'
import { openApiDocument, openApiIndex, openApiV2, openApiV2Protobuf } from './index.ts'

type Json = Readonly<Record<string, unknown>>

/** What a document says at a path of keys. */
const at = (document: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((value, key) => Reflect.get(Object(value), key), document)

const widget: Resource = {
  group: 'example.dev',
  version: 'v1',
  kind: 'Widget',
  listKind: 'WidgetList',
  plural: 'widgets',
  singular: 'widget',
  shortNames: [],
  categories: [],
  namespaced: true,
  subresources: ['status'],
  generation: true,
  schema: {
    type: 'object',
    description: 'A widget.',
    properties: { spec: { type: 'object', properties: { size: { type: 'integer', description: 'How large.' } } } },
  },
  columns: [],
  selectableFields: {},
  strategy: {},
}

const served = [...builtins, widget]
const apps = openApiDocument(served, 'apps', 'v1')
const deployments = '/apis/apps/v1/namespaces/{namespace}/deployments'
const kind = { group: 'apps', version: 'v1', kind: 'Deployment' }

/** Every `$ref` in a document. */
function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    key === '$ref' && typeof child === 'string' ? [child] : references(child),
  )
}

describe('the index', () => {
  const { paths } = openApiIndex(served) as { paths: Record<string, { serverRelativeURL: string }> }

  test('has every group and version, with a hash', () => {
    assert.ok(paths['api/v1'] && paths['apis/apps/v1'] && paths['apis/example.dev/v1'])
    assert.match(paths['apis/apps/v1']?.serverRelativeURL ?? '', /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{128}$/)
  })

  test('has another hash when something else is served, and only there', () => {
    const larger = { ...widget, schema: { ...widget.schema, description: 'Another widget.' } }
    const { paths: later } = openApiIndex([...builtins, larger]) as { paths: typeof paths }
    assert.notEqual(later['apis/example.dev/v1']?.serverRelativeURL, paths['apis/example.dev/v1']?.serverRelativeURL)
    assert.equal(later['apis/apps/v1']?.serverRelativeURL, paths['apis/apps/v1']?.serverRelativeURL)
  })
})

describe('a document of v3', () => {
  test('is made once for the same resources', () => {
    assert.equal(openApiDocument([...served], 'apps', 'v1'), apps)
    assert.equal(openApiDocument(served, 'apps', 'v9'), undefined)
  })

  test('says of each operation what it is and of which kind', () => {
    const verbs = (path: string) =>
      Object.entries(at(apps, 'paths', path) as Json)
        .filter(([method]) => method !== 'parameters')
        .map(([method, operation]) => [method, at(operation, 'x-kubernetes-action')])
    assert.deepEqual(verbs(deployments), [
      ['get', 'list'],
      ['post', 'post'],
      ['delete', 'deletecollection'],
    ])
    assert.deepEqual(verbs(`${deployments}/{name}`), [
      ['get', 'get'],
      ['put', 'put'],
      ['patch', 'patch'],
      ['delete', 'delete'],
    ])
    assert.deepEqual(verbs('/apis/apps/v1/deployments'), [['get', 'list']])
    assert.deepEqual(at(apps, 'paths', `${deployments}/{name}`, 'patch', 'x-kubernetes-group-version-kind'), kind)
    assert.deepEqual(at(apps, 'paths', `${deployments}/{name}/scale`, 'get', 'x-kubernetes-group-version-kind'), {
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
    })
  })

  for (const [path, method] of [
    [deployments, 'post'],
    [`${deployments}/{name}`, 'put'],
    [`${deployments}/{name}`, 'patch'],
  ] as const) {
    test(`lets ${method} say fieldValidation, dryRun and fieldManager`, () => {
      const parameters = at(apps, 'paths', path, method, 'parameters') as readonly Json[]
      const names = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name)
      assert.deepEqual(names.slice(0, 3), ['dryRun', 'fieldManager', 'fieldValidation'])
    })
  }

  test('names kinds, and refers to types by their official names', () => {
    const schema = (name: string) => at(apps, 'components', 'schemas', name)
    assert.deepEqual(at(schema('io.k8s.api.apps.v1.Deployment'), 'x-kubernetes-group-version-kind'), [kind])
    assert.deepEqual(at(schema('io.k8s.api.apps.v1.DeploymentSpec'), 'properties', 'strategy'), {
      description: 'The deployment strategy to use to replace existing pods with new ones.',
      default: {},
      'x-kubernetes-patch-strategy': 'retainKeys',
      allOf: [{ $ref: '#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy' }],
    })
    assert.deepEqual(
      at(schema('io.k8s.api.core.v1.ResourceRequirements'), 'properties', 'limits', 'additionalProperties'),
      {
        $ref: '#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity',
      },
    )
    assert.equal(
      at(schema('io.k8s.api.core.v1.PodSpec'), 'properties', 'containers', 'x-kubernetes-patch-merge-key'),
      'name',
    )
  })

  test('describes custom resources with what all objects have', () => {
    const schema = at(openApiDocument(served, 'example.dev', 'v1'), 'components', 'schemas', 'dev.example.v1.Widget')
    assert.deepEqual(Object.keys(at(schema, 'properties') as Json), ['apiVersion', 'kind', 'spec', 'metadata'])
    assert.equal(at(schema, 'properties', 'spec', 'properties', 'size', 'description'), 'How large.')
    assert.deepEqual(at(schema, 'x-kubernetes-group-version-kind'), [
      { group: 'example.dev', version: 'v1', kind: 'Widget' },
    ])
  })

  test('offers strategic merge patches for built-in kinds only', () => {
    const types = (group: string, path: string) =>
      Object.keys(at(openApiDocument(served, group, 'v1'), 'paths', path, 'patch', 'requestBody', 'content') as Json)
    const strategic = 'application/strategic-merge-patch+json'
    assert.ok(types('apps', `${deployments}/{name}`).includes(strategic))
    assert.ok(!types('example.dev', '/apis/example.dev/v1/namespaces/{namespace}/widgets/{name}').includes(strategic))
  })

  for (const path of new Set(served.map(({ group, version }) => `${group}/${version}`))) {
    test(`of ${path} has everything it refers to, and operations of different names`, () => {
      const [group = '', version = ''] = path.split('/')
      const document = openApiDocument(served, group, version)
      const schemas = at(document, 'components', 'schemas') as Json
      const missing = references(document).filter((ref) => !(ref.replace('#/components/schemas/', '') in schemas))
      assert.deepEqual(missing, [])
      const ids = JSON.stringify(document).match(/"operationId":"[^"]+"/g) ?? []
      assert.equal(new Set(ids).size, ids.length)
    })
  }
})

describe('the document of v2', () => {
  const document = openApiV2(served)
  const definition = (name: string) => at(document, 'definitions', name)

  test('has everything it refers to', () => {
    const known = at(document, 'definitions') as Json
    assert.deepEqual(
      references(document).filter((ref) => !(ref.replace('#/definitions/', '') in known)),
      [],
    )
  })

  test('has no words of v3, but fields of their names', () => {
    assert.deepEqual(at(definition('io.k8s.apimachinery.pkg.util.intstr.IntOrString'), 'oneOf'), undefined)
    assert.equal(at(definition('io.k8s.apimachinery.pkg.util.intstr.IntOrString'), 'type'), 'string')
    const props = at(
      definition('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'),
      'properties',
    ) as Json
    assert.ok('oneOf' in props && 'default' in props && 'not' in props)
  })

  test('names no field of what may have any: kubectl would refuse all others', () => {
    const any = { ...widget, schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const }
    const name = componentName(any)
    const of = at(openApiV2([any]), 'definitions', name) as Json
    assert.deepEqual([of.type, of.properties], ['object', undefined])
  })

  test('refers to a type without refining it', () => {
    const strategy = at(definition('io.k8s.api.apps.v1.DeploymentSpec'), 'properties', 'strategy')
    assert.deepEqual(
      [at(strategy, '$ref'), at(strategy, 'allOf'), at(strategy, 'default')],
      ['#/definitions/io.k8s.api.apps.v1.DeploymentStrategy', undefined, undefined],
    )
  })
})

interface Field {
  readonly number: number
  readonly bytes: Buffer
}

/** The fields of a protobuf message, as any reader would take it apart. */
function fieldsOf(message: Uint8Array): readonly Field[] {
  const bytes = Buffer.from(message)
  const fields: Field[] = []
  let offset = 0
  const varint = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes.readUInt8(offset++)
      value += (byte & 0x7f) * factor
      if (byte < 128) return value
    }
  }
  while (offset < bytes.length) {
    const key = varint()
    const length = key % 8 === 2 ? varint() : key % 8 === 1 ? 8 : 0
    if (key % 8 === 0) varint()
    fields.push({ number: Math.floor(key / 8), bytes: bytes.subarray(offset, offset + length) })
    offset += length
  }
  return fields
}

const only = (message: Uint8Array | undefined, number: number): Buffer | undefined =>
  message && fieldsOf(message).find((field) => field.number === number)?.bytes

const named = (message: Buffer | undefined, number: number, name: string): Buffer | undefined =>
  message &&
  fieldsOf(message)
    .filter((field) => field.number === number)
    .find(({ bytes }) => only(bytes, 1)?.toString() === name)?.bytes

describe('the same as protobuf', () => {
  const document = openApiV2Protobuf(served)

  test('begins with its version', () => {
    assert.equal(only(document, 1)?.toString(), '2.0')
    assert.equal(only(only(document, 2), 1)?.toString(), 'Kubernetes')
  })

  test('has types with their fields, references and extensions', () => {
    const deployment = only(named(only(document, 9), 1, 'io.k8s.api.apps.v1.Deployment'), 2)
    const spec = only(named(only(deployment, 25), 1, 'spec'), 2)
    assert.equal(only(spec, 1)?.toString(), '#/definitions/io.k8s.api.apps.v1.DeploymentSpec')
    assert.equal(only(only(deployment, 22), 1)?.toString(), 'object')
    const extension = only(named(deployment, 31, 'x-kubernetes-group-version-kind'), 2)
    assert.deepEqual(JSON.parse(only(extension, 2)?.toString() ?? ''), [kind])
  })

  test('has paths with their operations', () => {
    const path = only(named(only(document, 8), 2, `${deployments}/{name}`), 2)
    const patch = only(path, 8)
    assert.equal(only(patch, 5)?.toString(), 'patchAppsV1NamespacedDeployment')
    const parameters = patch ? fieldsOf(patch).filter(({ number }) => number === 8) : []
    const names = parameters.map(({ bytes }) => only(only(only(only(bytes, 1), 2), 3), 4)?.toString())
    assert.ok(names.includes('fieldValidation'))
  })
})
