import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { asking, type Question } from '../https.ts'
import type { Json } from '../kubectl.ts'
import { assets } from './assets.ts'
import { startCluster } from './cluster.ts'
import { embedded } from './embedded.ts'
import { startEtcd } from './etcd.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

type Ask = (path: string, question?: Question) => Promise<Json>

const namespaces = '/api/v1/namespaces'
const maps = `${namespaces}/lists/configmaps`

const map = (name: string, text: string, namespace = 'lists') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels: { parity: Number(name.slice(1)) % 2 ? 'odd' : 'even' } },
  data: { text },
})

/** What a list says, but for what each server counts in its own way. */
const told = ({ metadata, items }: Json) => ({
  items: items.map(({ metadata, data }: Json) => `${metadata.name} ${data.text.length}`),
  remaining: metadata.remainingItemCount,
  continues: Boolean(metadata.continue),
})

/** The pages that follow one, to the last. */
async function rest(ask: Ask, path: string, first: Json): Promise<Json[]> {
  const pages: Json[] = []
  for (let page = first; page.metadata.continue; pages.push(page))
    page = await ask(`${path}&continue=${encodeURIComponent(page.metadata.continue)}`)
  return pages
}

const sent = (method: string, body: object, type = 'application/json'): Question => ({
  method,
  type,
  body: JSON.stringify(body),
})

/** What changes between two pages: what comes later is there no more, is another, and is new. */
async function change(ask: Ask): Promise<void> {
  await ask(`${maps}/m05`, { method: 'DELETE' })
  await ask(`${maps}/m07`, sent('PATCH', { data: { text: 'changed' } }, 'application/merge-patch+json'))
  await ask(maps, sent('POST', map('m06a', 'new')))
  await ask(`${maps}/m00`, { method: 'DELETE' }) // it was told of already
}

describe('the embedded server lists as a real one does', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-lists-'))
  const servers: {
    ask: Ask
    encoding: (path: string, headers?: Question['headers']) => Promise<string | undefined>
  }[] = []

  const use = (kubeconfig: string) => {
    const asked = asking(kubeconfig)
    const ask: Ask = async (path, question) => {
      const { status, body, text } = await asked(path, question)
      assert.ok(status < 300, text)
      return body
    }
    servers.push({ ask, encoding: async (path, headers) => (await asked(path, headers && { headers })).encoding })
  }

  /** Looks at both, and fails when they do not show the same. */
  const both = async (look: (server: (typeof servers)[number]) => Promise<unknown>): Promise<void> => {
    const [real, ours] = await Promise.all(servers.map(look))
    assert.notEqual(real, undefined)
    assert.deepEqual(ours, real)
  }

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    use(open.use(await startCluster({ name: 'host', etcd, dir, host: true })).kubeconfig)
    use(open.use(await embedded(dir)).kubeconfig)
    for (const { ask } of servers) {
      await ask(namespaces, sent('POST', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lists' } }))
      for (let index = 0; index < 12; index += 1)
        await ask(maps, sent('POST', map(`m${String(index).padStart(2, '0')}`, 'x'.repeat(20_000 + index))))
    }
  })
  after(() => open.disposeAsync())

  test('compressed to who wants that, where it is long', () =>
    both(async ({ encoding }) => {
      assert.equal(await encoding(maps, { 'accept-encoding': 'gzip' }), 'gzip')
      return [
        await encoding(maps),
        await encoding(maps, { 'accept-encoding': 'deflate' }),
        await encoding(`${maps}/m01`, { 'accept-encoding': 'gzip' }),
        await encoding(`${maps}?limit=2`, { 'accept-encoding': 'gzip' }),
      ]
    }))

  test('page by page, as it was at the first, whatever happens meanwhile', () =>
    both(async ({ ask }) => {
      const path = `${maps}?limit=4`
      const first = await ask(path)
      const before = await ask(`${maps}?limit=4&labelSelector=parity%3Dodd`)
      const all = await ask(maps)
      await change(ask)
      const exact = await ask(`${maps}?resourceVersion=${all.metadata.resourceVersion}&resourceVersionMatch=Exact`)
      const pages = await rest(ask, path, first)
      const odd = await rest(ask, `${maps}?limit=4&labelSelector=parity%3Dodd`, before)
      const revisions = new Set([first, ...pages].map(({ metadata }) => metadata.resourceVersion))
      const now = await ask(maps)
      return { pages: [first, ...pages, before, ...odd, exact, now].map(told), revisions: revisions.size }
    }))
})
