import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type CustomizationRules,
  type Exchange,
  errors,
  type Host,
  interpret,
  type Json,
  type Manifest,
  Registry,
  type ResourceInterpreterCustomization,
  resourceInterpreterCustomizationKind,
  type Sandboxes,
} from '@flotilla/sdk'
import {
  type Cases,
  examineAggregate,
  examineComponents,
  examineDependencies,
  examineHealth,
  examineReplicas,
  examineRetain,
  examineReviseReplicas,
  examineStatus,
  fakeHost,
} from '@flotilla/sdk/testing'
import { customizedInterpreter } from './customized-interpreter.ts'

type Program = (...args: never[]) => readonly unknown[]

const target = { apiVersion: 'sea.example.com/v1', kind: 'Fleet' }

const customization = (
  name: string,
  rules: Readonly<Partial<Record<keyof CustomizationRules, string>>>,
  about = target,
): ResourceInterpreterCustomization => ({
  apiVersion: resourceInterpreterCustomizationKind.apiVersion,
  kind: resourceInterpreterCustomizationKind.kind,
  metadata: { name },
  spec: {
    target: about,
    customizations: Object.fromEntries(Object.entries(rules).map(([rule, luaScript]) => [rule, { luaScript }])),
  },
})

/** Sandboxes for scripts whose text is the name of one of these, and a record of what happened to them. */
function running(programs: Readonly<Record<string, Program>>): Sandboxes & { readonly heard: string[] } {
  const heard: string[] = []
  return {
    heard,
    open: async ({ name, code }) => {
      const program = programs[String(code)]
      heard.push(`open ${code}`)
      if (!program) throw errors.SANDBOX_PROGRAM(name, 'line 1: unexpected symbol')
      return {
        functions: [],
        call: async (fn, args) => {
          heard.push(`call ${code} ${fn}`)
          return program(...(structuredClone(args) as never[]))
        },
        close: () => heard.push(`close ${code}`),
      }
    },
  }
}

const fleet = (spec: object, status?: object): Manifest => ({
  ...target,
  metadata: { name: 'blue', namespace: 'sea' },
  spec,
  ...(status && { status }),
})

interface Fleet {
  spec: { boats?: number; sails?: object }
  status?: { afloat?: number; log?: unknown[] }
}

const programs = {
  boats: ({ spec }: Fleet) => [spec.boats, { resourceRequest: { cpu: '1' }, nodeClaim: [] }],
  half: () => [2.9],
  word: () => ['three'],
  nothing: () => [],
  empty: () => [[]],
  parts: () => [[{ name: 'crew', replicas: 2, replicaRequirements: [] }]],
  twins: () => [
    [
      { name: 'crew', replicas: 2 },
      { name: 'crew', replicas: 1 },
    ],
  ],
  revise: (object: Fleet, replicas: number) => [{ ...object, spec: { ...object.spec, boats: replicas, crew: [] } }],
  another: (object: Fleet) => [{ ...object, metadata: { name: 'red' } }],
  retain: (desired: Fleet, observed: Fleet) => [{ ...desired, spec: { ...desired.spec, boats: observed.spec.boats } }],
  status: ({ status }: Fleet) => [{ afloat: status?.afloat, log: [] }],
  sum: (object: Fleet, items: readonly { status?: { afloat: number } }[]) => [
    { ...object, status: { afloat: items.reduce((sum, { status }) => sum + (status?.afloat ?? 0), 0) } },
  ],
  health: ({ status }: Fleet) => [status?.afloat === 3],
  needs: () => [[{ apiVersion: 'v1', kind: 'Secret', namespace: 'sea', name: 'chart' }]],
  more: () => [
    [
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'sea', name: 'map', labelSelector: [] },
      { apiVersion: 'v1', kind: 'Secret', namespace: 'sea', name: 'chart' },
    ],
  ],
  broken: () => {
    throw errors.SANDBOX_FAILED('its script', 'f', 'line 7: attempt to index a nil value')
  },
} satisfies Readonly<Record<string, Program>>

const world = (...objects: readonly Manifest[]) => ({ host: { objects, sandboxes: running(programs) } })

const failing = (operation: string, reason: string) => ({
  code: 'CUSTOMIZATION_FAILED',
  message: `ResourceInterpreterCustomization fleets failed at ${operation} of Fleet sea/blue: ${reason}; mend its script`,
})

/** The same cases, each in a world where one script answers. */
const by = <const C extends { readonly script: string }>(
  rule: keyof CustomizationRules,
  cases: Readonly<Record<string, C>>,
) =>
  Object.fromEntries(
    Object.entries(cases).map(([name, words]) => [
      name,
      { ...words, ...world(customization('fleets', { [rule]: words.script })) },
    ]),
  ) as Cases<C>

const blue = fleet({ boats: 3, sails: {} })
const items = [
  { clusterName: 'a', status: { afloat: 1 } },
  { clusterName: 'b', status: { afloat: 2 } },
  { clusterName: 'c' },
]

describe('a script says', () => {
  examineReplicas(
    customizedInterpreter,
    by('replicaResource', {
      'how many replicas there are, and what they need': {
        script: 'boats',
        given: blue,
        needs: { replicas: 3, requirements: { resourceRequest: { cpu: '1' } } },
      },
      'a part of a replica too many': { script: 'half', given: blue, needs: { replicas: 2 } },
      'a word for a number': {
        script: 'word',
        given: blue,
        throws: failing('InterpretReplica', 'expect the returned replica to be a number, but got string'),
      },
      'nothing of another kind': { script: 'boats', given: { ...blue, kind: 'Harbour' } },
      'nothing of another version': { script: 'boats', given: { ...blue, apiVersion: 'sea.example.com/v2' } },
    }),
  )
  examineComponents(
    customizedInterpreter,
    by('componentResource', {
      'which parts there are': {
        script: 'parts',
        given: blue,
        has: [{ name: 'crew', replicas: 2 }],
      },
      'that there are no parts': { script: 'nothing', given: blue, has: [] },
      'that there are none, in a table': { script: 'empty', given: blue, has: [] },
      'a number for parts': {
        script: 'half',
        given: blue,
        throws: failing('InterpretComponent', 'expect the returned components to be a table, but got number'),
      },
    }),
  )
  examineReviseReplicas(
    customizedInterpreter,
    by('replicaRevision', {
      'how replicas are written': {
        script: 'revise',
        given: { manifest: blue, replicas: 5 },
        becomes: fleet({ boats: 5, sails: {} }),
      },
      'nothing where there should be an object': {
        script: 'nothing',
        given: { manifest: blue, replicas: 5 },
        throws: failing('ReviseReplica', 'expect the returned object to be a table, but got nil'),
      },
    }),
  )
  examineRetain(
    customizedInterpreter,
    by('retention', {
      'what belongs to the member': {
        script: 'retain',
        given: { desired: blue, observed: fleet({ boats: 9 }) },
        becomes: fleet({ boats: 9, sails: {} }),
      },
    }),
  )
  examineStatus(
    customizedInterpreter,
    by('statusReflection', {
      'what of the status is collected': {
        script: 'status',
        given: fleet({}, { afloat: 2, noise: 1 }),
        collects: { status: { afloat: 2 } as Json },
      },
      'that nothing is': { script: 'empty', given: fleet({}), collects: { status: {} as Json } },
      'no table': {
        script: 'nothing',
        given: blue,
        throws: failing('InterpretStatus', 'expect the returned status to be a table, but got nil'),
      },
    }),
  )
  examineAggregate(
    customizedInterpreter,
    by('statusAggregation', {
      'one status from all': {
        script: 'sum',
        given: { template: fleet({ boats: 3 }), items },
        becomes: { afloat: 3 },
      },
    }),
  )
  examineHealth(
    customizedInterpreter,
    by('healthInterpretation', {
      'that it is healthy': { script: 'health', given: fleet({}, { afloat: 3 }), is: 'Healthy' },
      'that it is not': { script: 'health', given: fleet({}, { afloat: 2 }), is: 'Unhealthy' },
      neither: {
        script: 'word',
        given: blue,
        throws: failing('InterpretHealth', 'expect the returned health to be a bool, but got string'),
      },
      'what it failed with, and where': {
        script: 'broken',
        given: blue,
        throws: failing('InterpretHealth', 'its script failed in f: line 7: attempt to index a nil value'),
      },
      'that it cannot be compiled': {
        script: 'x = = 1',
        given: blue,
        throws: failing('InterpretHealth', 'its script healthInterpretation cannot be run: line 1: unexpected symbol'),
      },
    }),
  )
  examineDependencies(
    customizedInterpreter,
    by('dependencyInterpretation', {
      'what it needs': {
        script: 'needs',
        given: blue,
        refersTo: [{ apiVersion: 'v1', kind: 'Secret', namespace: 'sea', name: 'chart' }],
      },
      'that it needs nothing': { script: 'empty', given: blue, refersTo: [] },
    }),
  )
})

const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'sea', name: 'chart' }
const map = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'sea', name: 'map' }

/** A host, and everybody it asks. */
function machine(sandboxes: Sandboxes, ...objects: readonly Manifest[]) {
  const host = fakeHost({ objects, sandboxes })
  const registry = new Registry()
  for (const extension of customizedInterpreter.extensions?.(host) ?? []) registry.add(extension)
  return { ...registry, registry, host, ask: registry.ask }
}

describe('several customizations of one kind', () => {
  test('are asked in the order of their names, for each operation the first that has it', async () => {
    const { ask } = machine(
      running(programs),
      customization('b', { healthInterpretation: 'word', replicaResource: 'boats' }),
      customization('a', { healthInterpretation: 'health' }),
    )
    assert.equal(await ask(interpret.health, { manifest: fleet({}, { afloat: 3 }) }), 'Healthy')
    assert.equal((await ask(interpret.replicas, { manifest: blue }))?.replicas, 3)
  })

  test('find dependencies together', async () => {
    const { ask } = machine(
      running(programs),
      customization('b', { dependencyInterpretation: 'needs' }),
      customization('a', { dependencyInterpretation: 'more' }),
    )
    assert.deepEqual(await ask(interpret.dependencies, { manifest: blue }), [map, secret])
  })

  test('do not hide that one of them fails', async () => {
    const { ask } = machine(
      running(programs),
      customization('b', { dependencyInterpretation: 'needs' }),
      customization('a', { dependencyInterpretation: 'broken' }),
    )
    await assert.rejects(ask(interpret.dependencies, { manifest: blue }), /ResourceInterpreterCustomization a failed/)
  })
})

describe('the interpreter', () => {
  const healthOf = (extensions: ReturnType<NonNullable<typeof customizedInterpreter.extensions>>) =>
    extensions.find(({ point }) => point.id === 'interpret.health')?.handler as (arg: unknown) => unknown

  test('has no opinion at once when no customization is about a kind', async () => {
    const host = fakeHost({ objects: [customization('a', { healthInterpretation: 'health' })] })
    const ask = healthOf(customizedInterpreter.extensions?.(host) ?? [])
    const harbour = { manifest: { ...blue, kind: 'Harbour' } }
    assert.equal(await ask(harbour), undefined, 'after what there is at the start has been heard')
    assert.equal(ask(harbour), undefined)
  })

  test('waits at the start until it knows which customizations there are', async () => {
    const host = fakeHost({
      objects: [customization('a', { healthInterpretation: 'health' })],
      sandboxes: running(programs),
    })
    const gate = Promise.withResolvers<void>()
    const late: Host = { ...host, store: (kind) => ({ ...host.store(kind), synced: gate.promise }) }
    const asked = healthOf(customizedInterpreter.extensions?.(late) ?? [])({ manifest: fleet({}, { afloat: 3 }) })
    assert.ok(asked instanceof Promise)
    gate.resolve()
    assert.equal(await asked, 'Healthy')
  })

  test('hears of every change, opens a script once, and closes those that are gone', async () => {
    const sandboxes = running(programs)
    const { ask, host } = machine(
      sandboxes,
      customization('a', { healthInterpretation: 'health', replicaResource: 'boats' }),
    )
    const question = { manifest: fleet({ boats: 1 }, { afloat: 3 }) }
    await ask(interpret.health, question)
    await ask(interpret.replicas, question)
    await host.client.update(
      resourceInterpreterCustomizationKind,
      customization('a', { healthInterpretation: 'word', replicaResource: 'boats' }),
    )
    await assert.rejects(ask(interpret.health, question))
    await ask(interpret.replicas, question)
    await host.client.delete(resourceInterpreterCustomizationKind, { name: 'a' })
    assert.equal(await ask(interpret.health, question), undefined)
    assert.equal(await ask(interpret.replicas, question), undefined)
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(sandboxes.heard, [
      'open health',
      'call health InterpretHealth',
      'open boats',
      'call boats GetReplicas',
      'open word',
      'close health',
      'call word InterpretHealth',
      'call boats GetReplicas',
      'close word',
      'close boats',
    ])
  })

  test('lets a call come to its end when its script is replaced', async () => {
    const gate = Promise.withResolvers<void>()
    const heard: string[] = []
    const slow: Sandboxes = {
      open: async () => ({
        functions: [],
        call: async () => {
          await gate.promise
          heard.push('answered')
          return [true]
        },
        close: () => heard.push('closed'),
      }),
    }
    const { ask, host } = machine(slow, customization('a', { healthInterpretation: 'x' }))
    const asked = ask(interpret.health, { manifest: blue })
    await new Promise((resolve) => setImmediate(resolve))
    await host.client.delete(resourceInterpreterCustomizationKind, { name: 'a' })
    assert.equal(await ask(interpret.health, { manifest: blue }), undefined)
    assert.deepEqual(heard, [])
    gate.resolve()
    assert.equal(await asked, 'Healthy')
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(heard, ['answered', 'closed'])
  })

  test('has no more than a few calls of a script before its sandbox, however many are asked for', async () => {
    let [at, most] = [0, 0]
    const call = async () => {
      most = Math.max(most, ++at)
      await new Promise((resolve) => setImmediate(resolve))
      at--
      return [true]
    }
    const { ask } = machine(
      { open: async () => ({ functions: [], call, close: () => {} }) },
      customization('a', { healthInterpretation: 'x' }),
    )
    const all = await Promise.all(Array.from({ length: 3000 }, () => ask(interpret.health, { manifest: blue })))
    assert.deepEqual([new Set(all), most], [new Set(['Healthy']), 16])
  })

  test('tries again to open a script when it was not the script that was wrong', async () => {
    let isFull = true
    const { open } = running(programs)
    const { ask } = machine(
      { open: async (program) => (isFull ? Promise.reject(new Error('no room')) : open(program)) },
      customization('a', { healthInterpretation: 'health' }),
    )
    await assert.rejects(ask(interpret.health, { manifest: blue }), /no room/)
    isFull = false
    assert.equal(await ask(interpret.health, { manifest: fleet({}, { afloat: 3 }) }), 'Healthy')
  })

  test('says whom it speaks for', async () => {
    const { registry } = machine(
      running(programs),
      customization('b', { healthInterpretation: 'health' }),
      customization('a', { healthInterpretation: 'word', retention: 'retain' }, { apiVersion: 'v1', kind: 'Pod' }),
    )
    const said: Exchange[] = []
    await registry.ask(interpret.health, { manifest: blue })
    await registry.overhear((exchange) => said.push(exchange))(interpret.health, { manifest: fleet({}, { afloat: 3 }) })
    assert.deepEqual(said[0]?.answers, [{ plugin: 'customization/b', answer: 'Healthy' }])
    assert.deepEqual(registry.list([interpret.health])[0]?.answers, [
      {
        plugin: 'unnamed',
        speaksFor: [
          { name: 'customization/a', about: ['v1 Pod'] },
          { name: 'customization/b', about: ['sea.example.com/v1 Fleet'] },
        ],
      },
    ])
  })
})
