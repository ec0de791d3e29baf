import assert from 'node:assert/strict'
import { test } from 'node:test'
import { server } from './server.ts'

test('every measurement of the API server has its figures, and its limit beside it', async () => {
  const figures: Record<string, string> = {}
  await server({ n: 20, show: (some) => Object.assign(figures, some) })
  const matching = (name: RegExp, figure: RegExp) => {
    const found = Object.entries(figures).filter(([each]) => name.test(each))
    assert.notEqual(found.length, 0, `${name} is missing`)
    for (const [each, text] of found) assert.match(text, figure, each)
  }
  matching(/^plain fastify, (POST|GET)/, /\/s, \d/)
  matching(/^SQLite/, /\/s$/)
  matching(/^(creates|gets): /, /% of plain fastify/)
  matching(/^list/, /of CPU each, .*a get meanwhile/)
  matching(/^a page of/, /of CPU each/)
  matching(/^an event to 2 watchers/, /times plain fastify/)
  matching(/^2 idle (connections|watches)/, /KiB each/)
  matching(/^100 objects/, /MiB resident/)
  matching(/^start with 100/, /s until it answers/)
  matching(/^a watch that does not read/, /MiB more/)
})
