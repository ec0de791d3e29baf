import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Line } from '../kubelet.ts'
import { deafKubelet } from '../testing/kubelet.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const pods = '/api/v1/namespaces/default/pods'
const at = (second: number): Date => new Date(Date.UTC(2026, 10, 22, 10, 0, second))
const running = { running: { startedAt: '2026-11-22T10:00:00Z' } }
const terminated = { terminated: { exitCode: 1, reason: 'Error' } }

describe('what a container has written', () => {
  let server: TestServer
  let written: readonly Line[] = []
  const asked: unknown[] = []

  before(async () => {
    server = await startServer({
      now: () => at(10),
      kubelet: {
        ...deafKubelet,
        log(pod, container, previous) {
          asked.push([pod.metadata.name, container, previous])
          return written
        },
      },
    })
  })
  after(() => server.close())
  beforeEach(() => {
    written = ['one', 'two', 'three'].map((text, second) => ({ time: at(second), text }))
    asked.length = 0
  })

  const create = async (
    name: string,
    containers: readonly string[],
    states: readonly object[] = [],
    spec: object = {},
  ) => {
    const all = containers.map((each) => ({ name: each, image: 'web' }))
    await server.ask('POST', pods, { metadata: { name }, spec: { containers: all, nodeName: 'n', ...spec } })
    const containerStatuses = containers.map((each, i) => ({
      name: each,
      image: 'web',
      imageID: '',
      ready: true,
      restartCount: 0,
      ...states[i],
    }))
    const { code } = await server.ask('PATCH', `${pods}/${name}/status`, {
      status: { phase: 'Running', containerStatuses },
    })
    assert.equal(code, 200)
  }
  const read = (name: string, query = '') => server.ask('GET', `${pods}/${name}/log${query}`)

  test('is told line by line', async () => {
    await create('a', ['main'], [{ state: running }])
    const { code, body } = await read('a')
    assert.deepEqual([code, body, asked], [200, 'one\ntwo\nthree\n', [['a', 'main', false]]])
  })

  const parts: readonly (readonly [query: string, text: string])[] = [
    ['tailLines=2', 'two\nthree\n'],
    ['tailLines=0', ''],
    ['sinceSeconds=9', 'two\nthree\n'],
    ['sinceTime=2026-11-22T10:00:02Z', 'three\n'],
    ['limitBytes=6', 'one\ntw'],
    ['timestamps=true&tailLines=1', '2026-11-22T10:00:02.000Z three\n'],
  ]
  for (const [query, text] of parts)
    test(`with ${query}`, async () => {
      await create('b', ['main'], [{ state: running }])
      assert.equal((await read('b', `?${query}`)).body, text)
    })

  test('is followed until it ends, or its pod is gone', async () => {
    for (const name of ['c', 'd']) {
      await create(name, ['main'], [{ state: running }])
      asked.length = 0
      const following = read(name, '?follow=true&tailLines=1')
      while (asked.length === 0) await setImmediate()
      written = [...written, { time: at(3), text: 'four' }]
      await server.ask('PATCH', `${pods}/${name}`, { metadata: { labels: { seen: 'yes' } } })
      if (name === 'd') await server.ask('DELETE', `${pods}/d?gracePeriodSeconds=0`)
      else
        await server.ask('PATCH', `${pods}/c/status`, {
          status: {
            containerStatuses: [
              { name: 'main', image: 'web', imageID: '', ready: false, restartCount: 0, state: terminated },
            ],
          },
        })
      assert.equal((await following).body, 'three\nfour\n', name)
      written = written.slice(0, 3)
    }
  })

  const refusals: readonly (readonly [
    what: string,
    code: number,
    message: RegExp,
    query: string,
    () => Promise<void>,
  ])[] = [
    [
      'several containers, none named',
      400,
      /a container name must be specified for pod e, choose one of: \[main side\]/,
      '',
      () => create('e', ['main', 'side'], [{ state: running }, { state: running }]),
    ],
    [
      'no such container',
      400,
      /container nobody is not valid for pod e/,
      '?container=nobody',
      () => create('e', ['main']),
    ],
    [
      'one that did not run yet',
      400,
      /container "main" in pod "e" is waiting to start: ImagePullBackOff/,
      '',
      () => create('e', ['main'], [{ state: { waiting: { reason: 'ImagePullBackOff' } } }]),
    ],
    [
      'a run before the first',
      400,
      /previous terminated container "main" in pod "e" not found/,
      '?previous=true',
      () => create('e', ['main'], [{ state: running }]),
    ],
    [
      'no node',
      400,
      /pod e does not have a host assigned/,
      '',
      () => create('e', ['main'], [], { nodeName: undefined }),
    ],
    ['a negative number', 422, /tailLines/, '?tailLines=-1', () => create('e', ['main'], [{ state: running }])],
    ['nobody', 404, /pods "e" not found/, '', async () => {}],
  ]
  for (const [what, code, message, query, prepare] of refusals)
    test(`is not told of ${what}`, async () => {
      await server.ask('DELETE', `${pods}/e?gracePeriodSeconds=0`)
      await prepare()
      const { code: found, body } = await read('e', query)
      assert.equal(found, code)
      assert.match(body.message, message)
      assert.deepEqual(asked, [])
    })

  test('of the run before is asked for, and of a container that is started again it is the last', async () => {
    await create('f', ['main'], [{ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: terminated }])
    assert.equal((await read('f')).code, 200)
    assert.equal((await read('f', '?previous=true')).code, 200)
    assert.deepEqual(asked, [
      ['f', 'main', false],
      ['f', 'main', true],
    ])
  })
})
