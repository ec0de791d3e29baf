import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Amounts, add, amountsOf } from '../simulation/amounts.ts'
import type { NodeFacts, PodFacts, QuotaFacts } from './facts.ts'
import { handStore } from './hand-store.test-support.ts'
import { Ledger } from './ledger.ts'

const node = (name: string, cpu: number): NodeFacts => ({
  metadata: { name },
  name,
  labels: {},
  taints: [],
  isCordoned: false,
  allocatable: amountsOf({ cpu, pods: 110 }),
})

const pod = (name: string, cpu: number, on?: string): PodFacts => ({
  metadata: { name, namespace: 'shop' },
  ...(on && { node: on }),
  requests: amountsOf({ cpu, pods: 1 }),
})

function newLedger() {
  const stores = { nodes: handStore<NodeFacts>(), pods: handStore<PodFacts>(), quotas: handStore<QuotaFacts>() }
  return { ...stores, ledger: new Ledger(stores) }
}

const freeOf = (ledger: Ledger): Readonly<Record<string, Amounts>> =>
  Object.fromEntries(ledger.state().nodes.map(({ name, free }) => [name, free]))

describe('a ledger knows what nodes have left', () => {
  test('with pods that come, change and go', () => {
    const { nodes, pods, ledger } = newLedger()
    pods.put(pod('early', 1, 'a')) // before its node is heard of
    nodes.put(node('b', 4))
    nodes.put(node('a', 4))
    assert.deepEqual(freeOf(ledger), { a: amountsOf({ cpu: 3, pods: 109 }), b: amountsOf({ cpu: 4, pods: 110 }) })
    pods.put(pod('late', 2))
    assert.deepEqual(freeOf(ledger).b, amountsOf({ cpu: 4, pods: 110 }))
    pods.put(pod('late', 2, 'b'))
    assert.deepEqual(freeOf(ledger).b, amountsOf({ cpu: 2, pods: 109 }))
    pods.remove('late')
    assert.deepEqual(freeOf(ledger).b, amountsOf({ cpu: 4, pods: 110 }))
  })
  test('in the order of their names', () => {
    const { nodes, ledger } = newLedger()
    for (const name of ['c', 'a', 'b']) nodes.put(node(name, 1))
    assert.deepEqual(
      ledger.state().nodes.map(({ name }) => name),
      ['a', 'b', 'c'],
    )
  })
  test('of a node that changes', () => {
    const { nodes, pods, ledger } = newLedger()
    nodes.put(node('a', 4))
    pods.put(pod('p', 1, 'a'))
    nodes.put({ ...node('a', 8), isCordoned: true })
    assert.deepEqual(freeOf(ledger).a, amountsOf({ cpu: 7, pods: 109 }))
    assert.equal(ledger.state().nodes[0]?.isCordoned, true)
  })
  test('and not of one that is gone', () => {
    const { nodes, ledger } = newLedger()
    nodes.put(node('a', 4))
    nodes.remove('a')
    assert.deepEqual(ledger.state().nodes, [])
  })
})

const names = fc.constantFrom('p1', 'p2', 'p3')
const places = fc.constantFrom(undefined, 'a', 'b')
const steps = fc.array(
  fc.oneof(fc.record({ put: fc.tuple(names, fc.integer({ min: 0, max: 5 }), places) }), fc.record({ remove: names })),
)

test('whatever happens, the ledger is what a recount says', () =>
  fc.assert(
    fc.property(steps, (steps) => {
      const { nodes, pods, ledger } = newLedger()
      nodes.put(node('a', 100))
      nodes.put(node('b', 100))
      for (const step of steps) {
        if ('put' in step) pods.put(pod(...step.put))
        else pods.remove(step.remove)
        ledger.state()
      }
      for (const name of ['a', 'b']) {
        const left = amountsOf({ cpu: 100, pods: 110 })
        for (const { node, requests } of pods.list()) if (node === name) add(left, requests, -1n)
        assert.deepEqual(freeOf(ledger)[name], left)
      }
    }),
  ))

test('pods are stuck for their owner, when they were before a moment', () => {
  const { pods, ledger } = newLedger()
  const stuck = (name: string, owner: string, since: number) => pods.put({ ...pod(name, 1), stuck: { owner, since } })
  stuck('a', 'u1', 100)
  stuck('b', 'u1', 300)
  stuck('c', 'u2', 100)
  assert.equal(ledger.stuck('u1', 200), 1)
  assert.equal(ledger.stuck('u1', 300), 2)
  assert.equal(ledger.stuck('u3', 300), 0)
})
