import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { createHttp } from '@flotilla/kube'
import {
  definePlugin,
  FlotillaError,
  on,
  type PerCluster,
  Registry,
  type SchedulingQuestion,
  schedule,
} from '@flotilla/sdk'
import {
  binding,
  cluster,
  clusters,
  examineAssign,
  examineEstimate,
  examineFilter,
  examineScore,
  examineSelect,
  fakeHost,
  feasible,
} from '@flotilla/sdk/testing'
import { readConfig } from '../config/config.ts'
import { loadPlugins } from '../extension/loader.ts'
import { cert, stranger } from './certificate.test-support.ts'
import { placeOf } from './place.ts'
import { schedulerWebhook, schedulerWebhooks } from './scheduler-webhook.ts'
import { read, reply, type Serving, serve, serving } from './webhook.test-support.ts'

const open: Serving[] = []
const life = new AbortController()
const http = createHttp({ metrics: fakeHost().metrics, signal: life.signal })
after(() => {
  life.abort()
  for (const each of open) each.close()
})

async function served(listener: RequestListener, options?: { readonly tls?: boolean }): Promise<Serving> {
  const serving = await serve(listener, options)
  open.push(serving)
  return serving
}

const points = ['filter', 'score', 'estimate', 'select', 'assign'] as const

const each = <T>(clusters: schedule.Candidates['clusters'], word: (label: number) => T | undefined): PerCluster<T> =>
  Object.fromEntries(
    clusters.flatMap(({ metadata: { name, labels } }) => {
      const said = word(Number(labels?.grade))
      return said === undefined ? [] : [[name, said]]
    }),
  )

const isGraded = ({ clusters }: schedule.Candidates) => clusters.some(({ metadata }) => metadata.labels?.grade)

/** Goes by the grade that clusters have in a label: refuses those without a good one, and prefers the best. */
const graded = definePlugin({
  name: 'graded',
  extensions: () => [
    on(schedule.filter, ({ clusters }) =>
      each(clusters, (grade) => (grade < 3 ? { reason: `has grade ${grade}`, resolvable: false } : undefined)),
    ),
    on(schedule.score, (asked) => (isGraded(asked) ? each(asked.clusters, (grade) => grade * 10) : undefined)),
    on(schedule.estimate, (asked) => (isGraded(asked) ? each(asked.clusters, (grade) => grade) : undefined)),
    on(schedule.select, ({ clusters }) =>
      clusters.length > 1 ? { clusters: clusters.slice(0, 1) } : { unfit: 'one is too few' },
    ),
    on(schedule.assign, ({ binding, clusters: [first], fresh }) => {
      if (!first) return undefined
      const { replicas = 0 } = binding.spec
      if (fresh) return { unschedulable: 'nothing is given away afresh' }
      return { targets: [{ name: first.cluster.metadata.name, replicas }] }
    }),
  ],
})

const overTheWire = schedulerWebhook(
  { name: 'graded-webhook', points },
  { url: new URL((await served(serving(graded))).url) },
  10_000,
)

const [good, bad] = [
  cluster({ name: 'good', labels: { grade: '5' } }),
  cluster({ name: 'bad', labels: { grade: '1' } }),
]

for (const plugin of [graded, overTheWire]) {
  describe(`the exam of ${plugin.name}`, () => {
    examineFilter(
      plugin,
      {
        'refuses some': { given: { clusters: [good, bad] }, refuses: { bad: 'has grade 1' } },
        'refuses none': { given: { clusters: [good] } },
      },
      { http },
    )
    examineScore(
      plugin,
      {
        'scores all at once': { given: { clusters: [good, bad] }, scores: { good: 50, bad: 10 } },
        'has no scores': { given: { clusters: clusters('a') } },
      },
      { http },
    )
    examineEstimate(
      plugin,
      {
        'estimates all at once': { given: { clusters: [good, bad] }, estimates: { good: 5, bad: 1 } },
        'has no estimates': { given: { clusters: clusters('a') } },
      },
      { http },
    )
    examineSelect(
      plugin,
      {
        'selects the best': { given: { clusters: [feasible('a'), feasible('b')] }, selects: ['a'] },
        'says why there are too few': { given: { clusters: [feasible('a')] }, unfit: 'one is too few' },
      },
      { http },
    )
    const replicas = { binding: binding({ replicas: 3 }) }
    examineAssign(
      plugin,
      {
        'assigns all': { given: { clusters: [feasible('a'), feasible('b')], ...replicas }, assigns: { a: 3 } },
        'says why not': {
          given: { clusters: [feasible('a')], fresh: true, ...replicas },
          unschedulable: 'nothing is given away afresh',
        },
        'assigns nothing': { given: { clusters: [] } },
      },
      { http },
    )
  })
}

const asked: schedule.Candidates = { binding: binding(), placement: {}, affinityName: 'near', clusters: [good, bad] }

const directory = mkdtempSync(join(tmpdir(), 'webhooks-'))

/** A control plane that has nothing but one webhook. */
function asking(words: object) {
  const registry = new Registry()
  const schedulerWebhooksWords = [{ name: 'remote', points: ['score'], ...words }]
  const config = readConfig({ schedulerWebhooks: schedulerWebhooksWords }, directory)
  const host = fakeHost({ http })
  loadPlugins(schedulerWebhooks(config), {
    registry,
    version: '0.1.0',
    timeout: config.pluginTimeout,
    host: () => host,
  })
  return { ask: () => registry.ask(schedule.score, asked), lines: host.lines }
}

/** The file with the token, as it is from now on. */
function renewed(token: string): string {
  writeFileSync(join(directory, 'token'), token)
  return 'token'
}

describe('a webhook', () => {
  test('is asked about all clusters at once, and told nothing of how they are reached', async () => {
    const questions: SchedulingQuestion[] = []
    const { url } = await served(async (request, response) => {
      questions.push(await read(request))
      response.setHeader('content-type', 'application/json').end(reply(null))
    })
    const secretive = {
      ...good,
      spec: { ...good.spec, apiEndpoint: 'https://good', secretRef: { namespace: 'n', name: 's' } },
      status: { ...good.status, apiEnablements: [{ groupVersion: 'v1', resources: [] }] },
    }
    const { ask } = asking({ url })
    assert.deepEqual(await ask(), {})
    const registry = new Registry()
    for (const extension of schedulerWebhook({ name: 'r', points: ['score'] }, { url: new URL(url) }, 1000).extensions?.(fakeHost({ http })) ?? []) registry.add(extension) // biome-ignore format: one step
    await registry.ask(schedule.score, { ...asked, clusters: [secretive] })
    const [first, second] = questions
    assert.equal(first?.apiVersion, 'scheduling.flotilla.dev/v1alpha1')
    assert.equal(first?.kind, 'SchedulingReview')
    assert.deepEqual(Object.keys(first?.request ?? {}), ['point', 'binding', 'placement', 'affinityName', 'clusters'])
    assert.equal(first?.request.clusters.length, 2)
    assert.doesNotMatch(JSON.stringify(second), /secretRef|apiEndpoint|apiEnablements/)
  })
  test('is asked again and again over connections that are kept', async () => {
    const { url, connections } = await served(serving(graded))
    const { ask } = asking({ url })
    for (let round = 0; round < 50; round++) assert.deepEqual(await ask(), { good: 50, bad: 10 })
    assert.ok(connections() < 5, `${connections()} connections`)
  })
  test('weighs as much as the config file says', async () => {
    const { url } = await served(serving(graded))
    assert.deepEqual(await asking({ url, weight: 3 }).ask(), { good: 150, bad: 30 })
  })
  test('is asked over TLS when its authority is known, in PEM or in base64', async () => {
    const { url } = await served(serving(graded), { tls: true })
    for (const caBundle of [cert, Buffer.from(cert).toString('base64')])
      assert.deepEqual(await asking({ url, caBundle }).ask(), { good: 50, bad: 10 })
  })
  test('is shown a token from a file, and the new one when it is renewed', async () => {
    const shown: unknown[] = []
    const { url } = await served((request, response) => {
      shown.push(request.headers.authorization)
      response.setHeader('content-type', 'application/json').end(reply(null))
    })
    const { ask } = asking({ url, tokenFile: renewed('one\n') })
    await ask()
    renewed('two')
    await ask()
    assert.deepEqual(shown, ['Bearer one', 'Bearer two'])
  })
  test('hears its token from nobody else', async () => {
    const { url } = await served((_, response) => response.writeHead(401).end())
    const { ask, lines } = asking({ url, tokenFile: renewed('hush') })
    await assert.rejects(ask(), (error) => {
      assert.match(String(error), /it answered with 401/)
      assert.doesNotMatch(inspect([error, lines], { depth: 9 }), /hush/)
      return true
    })
  })

  const failing: Readonly<Record<string, readonly [listener: RequestListener, code: string, message: RegExp]>> = {
    'that answers with an error': [
      (_, response) => response.writeHead(500).end('out of order\nat line 1'),
      'WEBHOOK_FAILED',
      /webhook http:\/\/localhost:\d+\/schedule did not answer as it should: it answered with 500: out of order; mend/,
    ],
    'that answers with a page': [
      (_, response) => response.end('<html>'),
      'WEBHOOK_FAILED',
      /something that is not a SchedulingReview of scheduling\.flotilla\.dev\/v1alpha1/,
    ],
    'that answers with half of it': [
      (_, response) => response.setHeader('content-type', 'application/json').end('{"apiVersion":'),
      'WEBHOOK_FAILED',
      /its answer is not JSON/,
    ],
    'of another version': [
      (_, response) =>
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ apiVersion: 'scheduling.flotilla.dev/v9', kind: 'SchedulingReview' })),
      'WEBHOOK_FAILED',
      /is not a SchedulingReview/,
    ],
    'that forgets the answer': [
      (_, response) => response.setHeader('content-type', 'application/json').end(reply(undefined)),
      'WEBHOOK_FAILED',
      /has no response\.answer; null is no opinion/,
    ],
    'that hangs up': [(request) => request.socket.destroy(), 'SERVER_UNREACHABLE', /schedule did not answer: /],
    'that says nothing': [
      () => undefined,
      'PLUGIN_TIMEOUT',
      /plugin remote did not answer schedule\.score within 300 ms/,
    ],
    'that talks without end': [
      (_, response) => {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(1_000_000)));
        }
        response.on('drain', more)
        more()
      },
      'SERVER_UNREACHABLE',
      /longer than 16777216 bytes/,
    ],
  }
  for (const [name, [listener, code, message]] of Object.entries(failing)) {
    test(`${name} fails its call, and says so`, async () => {
      const { url } = await served(listener)
      const timeout = code === 'PLUGIN_TIMEOUT' ? '300ms' : '20s'
      await assert.rejects(asking({ url, timeout }).ask(), (error) => {
        assert.ok(error instanceof FlotillaError && error.code === 'PLUGIN_FAILED' && error.retry)
        assert.equal((error.cause as FlotillaError).code, code)
        assert.match(error.message, message)
        return true
      })
      assert.deepEqual(await asking({ url, timeout, failurePolicy: 'ignore' }).ask(), {})
    })
  }
  test('whose certificate nobody knows is not believed', async () => {
    const { url } = await served(serving(graded), { tls: true })
    for (const words of [{ url }, { url, caBundle: stranger }])
      await assert.rejects(asking(words).ask(), /plugin remote failed at schedule\.score: https:.* did not answer: /)
  })
  test('whose answer cannot be is refused', async () => {
    const { url } = await served((_, response) =>
      response.setHeader('content-type', 'application/json').end(reply({ good: 101 })),
    )
    await assert.rejects(asking({ url }).ask(), {
      code: 'PLUGIN_ANSWER',
      message: /plugin remote gave schedule\.score an answer that cannot be: good: the score 101 is not from 0 to 100/,
    })
  })
  test('that cannot be reached is soon not asked any more', async () => {
    const gone = await serve(() => undefined)
    gone.close()
    const { ask } = asking({ url: gone.url })
    for (let round = 0; round < 5; round++) await assert.rejects(ask(), { code: 'PLUGIN_FAILED' })
    await assert.rejects(async () => ask(), { code: 'PLUGIN_CIRCUIT_OPEN' })
  })
  test('that selects a cluster it was not given is refused', async () => {
    const { url } = await served((_, response) =>
      response.setHeader('content-type', 'application/json').end(reply({ clusters: ['a', 'moon'] })),
    )
    const plugin = schedulerWebhook({ name: 'lost', points: ['select'] }, { url: new URL(url) }, 1000)
    await assert.rejects(
      examineSelect.check(plugin, { given: { clusters: [feasible('a')] }, selects: ['a', 'moon'] }, { http }),
      /"moon" is none of the clusters in question/,
    )
  })
})

describe('a webhook that could not be asked is named with its field', () => {
  const cases: Readonly<Record<string, readonly [words: object, message: RegExp]>> = {
    'without a place': [{}, /config schedulerWebhooks\.0: it says neither url nor service/],
    'with two places': [
      { url: 'https://a/b', service: { namespace: 'a', name: 'b' } },
      /config schedulerWebhooks\.0\.url: cannot stand beside service/,
    ],
    'at no URL': [{ url: 'somewhere' }, /config schedulerWebhooks\.0\.url: must be a URL, such as/],
    'over plain HTTP elsewhere': [{ url: 'http://example.com/' }, /scheme is https; http is for this machine alone/],
    'with a password': [{ url: 'https://me:secret@example.com/' }, /must be a URL without user, query and fragment/],
    'with what is no certificate': [
      { url: 'https://a/', caBundle: 'hello' },
      /\.caBundle: must be certificates in PEM/,
    ],
    'with a token that is nowhere': [{ url: 'https://a/', tokenFile: 'gone' }, /\.tokenFile: cannot be read: ENOENT/],
    'without points': [{ url: 'https://a/', points: [] }, /schedulerWebhooks\.0\.points: must NOT have fewer than 1/],
    'for a point there is not': [
      { url: 'https://a/', points: ['bind'] },
      /schedulerWebhooks\.0\.points\.0: must be one of filter, score, estimate, select, assign/,
    ],
    'with a name that is none': [{ url: 'https://a/', name: 'My Hook' }, /config schedulerWebhooks\.0\.name: /],
    'with an absurd weight': [{ url: 'https://a/', weight: 1000 }, /weight: must be <= 100/],
    'with a service without a name': [{ service: { namespace: 'a' } }, /service: must have required property 'name'/],
  }
  for (const [name, [words, message]] of Object.entries(cases)) {
    test(name, () => {
      assert.throws(
        () => asking(words),
        (error) => {
          assert.ok(error instanceof FlotillaError && error.code === 'CONFIG_INVALID')
          assert.match(error.message, message)
          assert.doesNotMatch(error.message, /secret/)
          return true
        },
      )
    })
  }
})

test('a webhook in a cluster is found by its service', () => {
  const urlOf = (words: object) =>
    placeOf({ name: 'a', points: ['score'], service: { namespace: 'ops', name: 'grades', ...words } }, 'a', '/').url
      .href
  assert.equal(urlOf({}), 'https://grades.ops.svc/')
  assert.equal(urlOf({ port: 8443, path: '/v1' }), 'https://grades.ops.svc:8443/v1')
})
