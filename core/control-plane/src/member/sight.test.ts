import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Client,
  clusterKind,
  type Kind,
  type ListOptions,
  resourceInterpreterCustomizationKind,
  workKind,
} from '@flotilla/sdk'
import { namespaceKind, secretKind } from './kinds.ts'
import { seenFrom } from './sight.ts'

/** A client that tells what it was asked for. */
function asked() {
  const said: (readonly [plural: string, options: ListOptions])[] = []
  const client = {
    list: async (kind: Kind<unknown>, options: ListOptions = {}) => {
      said.push([kind.plural, options])
      return { resourceVersion: '7', items: [{}] }
    },
    // biome-ignore lint/correctness/useYield: nothing happens
    async *watch(kind: Kind<unknown>, options: ListOptions = {}) {
      said.push([kind.plural, options])
    },
  }
  return { said, client: seenFrom('paris', client as unknown as Client) } // nothing else is asked of it
}

test('an agent sees its own cluster and Works, and how kinds are interpreted', async () => {
  const { said, client } = asked()
  for (const kind of [workKind, clusterKind, resourceInterpreterCustomizationKind] as readonly Kind<unknown>[]) {
    assert.equal((await client.list(kind, { limit: 500 })).items.length, 1)
    for await (const _ of client.watch(kind, { resourceVersion: '7' }));
  }
  const works = { namespace: 'karmada-es-paris' }
  const own = { fieldSelector: 'metadata.name=paris' }
  assert.deepEqual(said, [
    ['works', { limit: 500, ...works }],
    ['works', { resourceVersion: '7', ...works }],
    ['clusters', { limit: 500, ...own }],
    ['clusters', { resourceVersion: '7', ...own }],
    ['resourceinterpretercustomizations', { limit: 500 }],
    ['resourceinterpretercustomizations', { resourceVersion: '7' }],
  ])
})

test('of everything else it sees nothing, and asks for nothing', async () => {
  const { said, client } = asked()
  const end = new AbortController()
  for (const kind of [namespaceKind, secretKind] as readonly Kind<unknown>[]) {
    assert.deepEqual(await client.list(kind), { resourceVersion: '0', items: [] })
    const events = client.watch(kind, { signal: end.signal })[Symbol.asyncIterator]()
    const next = events.next()
    end.abort()
    assert.equal((await next).done, true)
  }
  assert.deepEqual(said, [])
})
