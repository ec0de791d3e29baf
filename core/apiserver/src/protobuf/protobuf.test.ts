import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { ApiError, type Manifest } from '@flotilla/sdk'
import fc from 'fast-check'
import protobuf from 'protobufjs/light.js'
import { builtins } from '../builtin/index.ts'
import { readEnvelope } from './envelope.ts'

/** An object in which every field is said, as Kubernetes encodes it both ways. */
interface Sample {
  /** In base 64. */
  readonly bytes: string
  readonly object: Manifest
}

const file = new URL('../../samples/kubernetes.json', import.meta.url)
const { samples } = JSON.parse(readFileSync(file, 'utf8')) as { readonly samples: readonly Sample[] }
const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64')

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' }

describe('what Kubernetes writes of every kind is read', () => {
  for (const { bytes, object } of samples) {
    const { apiVersion, kind } = object
    test(`${apiVersion} ${kind}`, () => {
      assert.deepEqual(readEnvelope(bytesOf(bytes), configMap), object)
    })
  }
})

test('every kind that is served has a sample', () => {
  const unsampled = 'apiregistration.k8s.io/v1 APIService' // Kubernetes has none of it: one is below
  const sampled = new Set([...samples.map(({ object: { apiVersion, kind } }) => `${apiVersion} ${kind}`), unsampled])
  const served = builtins.map(({ group, version, kind }) => `${group ? `${group}/` : ''}${version} ${kind}`)
  const needed = [...served, 'autoscaling/v1 Scale', 'v1 DeleteOptions']
  assert.deepEqual(
    needed.filter((kind) => !sampled.has(kind)),
    [],
  )
})

test('an APIService is read as a typed client of Go sends it', () => {
  const bytes = bytesOf(
    `azhzAAonChlhcGlyZWdpc3RyYXRpb24uazhzLmlvL3YxEgpBUElTZXJ2aWNlEpABCiIKEnYxLmV4dC5leGFtcGxlLmNvbRIAGgAiACoAMgA4AEIAEjMKEQoHZGVmYXVsdBIDZXh0
    GPtBEg9leHQuZXhhbXBsZS5jb20aAnYxIAEqAmNhOOgHQA8aNQozCglBdmFpbGFibGUSBUZhbHNlGggIgOLPqgYQACIPU2VydmljZU5vdEZvdW5kKgRnb25lGgAiAA==`,
  )
  const lastTransitionTime = '2023-11-14T22:13:20Z'
  assert.deepEqual(readEnvelope(bytes, configMap), {
    kind: 'APIService',
    apiVersion: 'apiregistration.k8s.io/v1',
    metadata: { name: 'v1.ext.example.com' },
    spec: {
      service: { namespace: 'default', name: 'ext', port: 8443 },
      group: 'ext.example.com',
      version: 'v1',
      insecureSkipTLSVerify: true,
      caBundle: 'Y2E=',
      groupPriorityMinimum: 1000,
      versionPriority: 15,
    },
    status: {
      conditions: [
        { type: 'Available', status: 'False', lastTransitionTime, reason: 'ServiceNotFound', message: 'gone' },
      ],
    },
  })
})

/** What kubectl 1.32 sends, as `--dry-run=client -o json` prints it but for times that are null. */
const sent: readonly [command: string, body: string, object: object][] = [
  [
    'create namespace team',
    'azhzAAoPCgJ2MRIJTmFtZXNwYWNlEhwKFAoEdGVhbRIAGgAiACoAMgA4AEIAEgAaAgoAGgAiAA==',
    { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'team' }, spec: {}, status: {} },
  ],
  [
    'create secret generic token --from-literal=a=b',
    'azhzAAoMCgJ2MRIGU2VjcmV0EiEKFQoFdG9rZW4SABoAIgAqADIAOABCABIGCgFhEgFiGgAaACIA',
    { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'token' }, data: { a: 'Yg==' } },
  ],
  [
    'create deployment web --image=nginx:1 --replicas=2 --port=80',
    `azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50EroBCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEogBCAISDAoKCgNhcHASA3dlYhpuChwKABIAGgAiACoAMgA4
    AEIAWgoKA2FwcBIDd2ViEk4SMAoFbmdpbngSB25naW54OjEqADIKCgAQABhQIgAqAEIAagByAIABAIgBAJABAKIBABoAMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4
    ABoMCAAQABgAIAAoADgAGgAiAA==`,
    {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'nginx', image: 'nginx:1', ports: [{ containerPort: 80 }], resources: {} }] },
        },
        strategy: {},
      },
      status: {},
    },
  ],
  [
    'create pdb web --selector=app=web --min-available=1',
    'azhzAAogCglwb2xpY3kvdjESE1BvZERpc3J1cHRpb25CdWRnZXQSOQoTCgN3ZWISABoAIgAqADIAOABCABIWCgYIABABGgASDAoKCgNhcHASA3dlYhoKCAAYACAAKAAwABoAIgA=',
    {
      kind: 'PodDisruptionBudget',
      apiVersion: 'policy/v1',
      metadata: { name: 'web' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
      status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    },
  ],
]

describe('what kubectl sends is read', () => {
  for (const [command, body, object] of sent) {
    test(command, () => assert.deepEqual(readEnvelope(bytesOf(body), configMap), object))
  }
})

/** A field with its number that holds a text or a message. */
const part = (number: number, content: string | Uint8Array): Buffer => {
  const writer = protobuf.Writer.create().uint32((number << 3) | 2)
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return Buffer.from(writer.bytes(bytes).finish())
}

const magic = Buffer.from('k8s\0')
const typeMeta = (apiVersion: string, kind: string): Buffer =>
  part(1, Buffer.concat([part(1, apiVersion), part(2, kind)]))
const body = (apiVersion: string, kind: string, raw: Uint8Array): Buffer =>
  Buffer.concat([magic, typeMeta(apiVersion, kind), part(2, raw)])
const inConfigMap = (...raw: readonly Uint8Array[]): Buffer => body('v1', 'ConfigMap', Buffer.concat(raw))
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const dataOf = (bytes: Uint8Array): unknown => {
  const { data } = readEnvelope(bytes, configMap) as { data?: unknown }
  return data
}

test('a kind that is not said is the one that is expected', () => {
  const nameless = Buffer.concat([magic, part(2, part(1, part(1, 'settings')))])
  assert.deepEqual(readEnvelope(nameless, configMap), { ...configMap, metadata: { name: 'settings' } })
})

test('DeleteOptions are the same in every group', () => {
  const raw = Buffer.concat([hex('08 00'), part(2, part(1, 'a-uid')), part(4, 'Orphan'), part(5, 'All')])
  assert.deepEqual(readEnvelope(body('apps/v1', 'DeleteOptions', raw), configMap), {
    apiVersion: 'apps/v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 0,
    preconditions: { uid: 'a-uid' },
    propagationPolicy: 'Orphan',
    dryRun: ['All'],
  })
})

test('what is said twice counts the last time', () => {
  const named = (name: string) => part(1, part(1, name))
  assert.deepEqual(readEnvelope(inConfigMap(named('a'), named('b'), hex('20 01 20 00')), configMap), {
    ...configMap,
    metadata: { name: 'b' },
    immutable: false,
  })
  assert.deepEqual(
    readEnvelope(body('v1', 'Namespace', part(1, Buffer.concat([part(1, 'a'), part(1, '')]))), configMap),
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {},
    },
  )
})

test('fields nobody knows yet are passed over', () => {
  const entry = part(2, Buffer.concat([part(1, 'a'), part(2, 'b'), part(9, 'new')]))
  assert.deepEqual(dataOf(inConfigMap(hex('f8 07 01'), part(100, 'new'), entry)), { a: 'b' })
})

test('an entry may do without a value, and a key may be any text', () => {
  const keys = ['empty', '__proto__', 'constructor']
  const data = dataOf(inConfigMap(...keys.map((key) => part(2, part(1, key)))))
  assert.deepEqual(Object.entries(data as object), [
    ['empty', ''],
    ['__proto__', ''],
    ['constructor', ''],
  ])
})

const nested = (levels: number): Buffer => {
  let schema: Buffer = Buffer.alloc(0)
  for (let i = 0; i < levels; i++) schema = part(28, schema) // `not`
  return body('apiextensions.k8s.io/v1', 'CustomResourceDefinition', part(2, part(7, part(4, part(1, schema)))))
}

/** Three MiB of the same again and again. */
const countless = (same: string): Buffer => hex(same.repeat(Math.floor((3 * 1024 * 1024 * 2) / same.length)))

/** Bodies that say nothing, at length. */
const empty: Readonly<Record<string, Buffer>> = {
  'containers of which nothing is said': body('v1', 'Pod', part(2, countless('1200'))),
  'metadata again and again': inConfigMap(countless('0a00')),
  'texts without a letter': inConfigMap(part(1, countless('7200'))),
  'entries without a key': inConfigMap(countless('1200')),
  'numbers in one piece': body('v1', 'Pod', part(2, part(14, part(4, countless('00'))))),
  'numbers one by one': body('v1', 'Pod', part(2, part(14, countless('2000')))),
  'owners without a name': inConfigMap(part(1, countless('6a00'))),
}

describe('a body is refused that has more in it than anyone means', () => {
  for (const [what, bytes] of Object.entries(empty))
    test(what, () => {
      const began = performance.now()
      assert.throws(() => readEnvelope(bytes, configMap), {
        code: 400,
        message: /more than 250000 messages, elements and/,
      })
      assert.ok(performance.now() - began < 2_000, 'it took its time')
    })
})

const refused: readonly [what: string, bytes: Uint8Array, message: RegExp][] = [
  [
    'JSON',
    Buffer.from('{}'),
    /^the object provided is unrecognized \(must be of type ConfigMap\): .*prefix \[107 56 115 0\]/,
  ],
  ['too little', Buffer.from('k8'), /expected prefix/],
  ['nothing but the prefix', magic, /empty body/],
  ['an envelope that ends too soon', Buffer.concat([magic, hex('0a 05 61')]), /unrecognized .*index out of range/],
  [
    'a kind nobody knows',
    body('v1', 'Thing', hex('')),
    /^Thing in version "v1" cannot be .* a ConfigMap: no kind "Thing" is registered/,
  ],
  [
    'a kind of a group nobody knows',
    body('a.example.com/v1', 'ConfigMap', hex('')),
    /for version "a\.example\.com\/v1"/,
  ],
  ['a part of a kind', body('v1', 'VolumeSource.ConfigMap', hex('')), /no kind/],
  [
    'an object that ends too soon',
    inConfigMap(hex('0a 7f 0a')),
    /^ConfigMap in version "v1" cannot be .*index out of range/,
  ],
  ['a length beyond all bounds', inConfigMap(hex('0a ff ff ff ff 0f')), /index out of range/],
  ['a number without an end', inConfigMap(hex('20 ff ff ff ff ff ff ff ff ff ff ff')), /index out of range/],
  ['a number where a text should be', inConfigMap(hex('0a 02 08 01')), /name has the wire type 0 instead of 2/],
  ['a text where an entry should be', inConfigMap(hex('10 01')), /data has the wire type 0 instead of 2/],
  ['a field 0', inConfigMap(hex('02 00')), /there is no field 0/],
  ['a group that ends before it began', inConfigMap(hex('7c')), /invalid wire type 4/],
  ['a group in a group in a group', inConfigMap(Buffer.alloc(1000, 0x7b)), /nesting depth/],
  ['a time that is none', inConfigMap(part(1, part(8, hex('08 ff ff ff ff ff ff ff 7f')))), /are no time/],
  ['what should be JSON and is not', body('apps/v1', 'ControllerRevision', part(2, part(1, '{'))), /JSON/],
  ['a schema without a floor', nested(2000), /nested more than 500 levels deep/],
]

describe('refused', () => {
  for (const [what, bytes, message] of refused) {
    test(what, () => {
      const isRefusal = (error: unknown) =>
        error instanceof ApiError && error.code === 400 && message.test(error.message)
      assert.throws(() => readEnvelope(bytes, configMap), isRefusal, message.source)
    })
  }
})

test('whatever comes is an object or refused', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((raw) => inConfigMap(raw)),
    fc.uint8Array({ maxLength: 200 }).map((raw) => Buffer.concat([magic, raw])),
    fc
      .tuple(fc.constantFrom(...samples), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 2, maxLength: 8 }))
      .map(([{ bytes: sample }, places]) => {
        const changed = bytesOf(sample)
        for (const [at, byte] of places) changed[at % changed.length] = byte
        return changed
      }),
    fc
      .tuple(fc.constantFrom(...samples), fc.constantFrom(...samples), fc.nat(), fc.nat())
      .map(([one, other, end, from]) => {
        const [head, tail] = [bytesOf(one.bytes), bytesOf(other.bytes)]
        return Buffer.concat([head.subarray(0, end % head.length), tail.subarray(from % tail.length)])
      }),
    fc.tuple(fc.constantFrom(...samples), fc.nat(), fc.nat(255), fc.nat()).map(([{ bytes: sample }, at, byte, end]) => {
      const changed = bytesOf(sample)
      changed[at % changed.length] = byte
      return end % 2 ? changed : changed.subarray(0, end % changed.length)
    }),
  )
  fc.assert(
    fc.property(bytes, (some) => {
      const began = performance.now()
      try {
        JSON.stringify(readEnvelope(some, configMap))
      } catch (error) {
        assert.ok(error instanceof ApiError && error.code === 400, String(error))
      }
      assert.ok(performance.now() - began < 2_000, 'it took its time')
    }),
    { seed: 1, numRuns: 4000 },
  )
})
