import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fastify } from 'fastify'
import { pointRoutes } from './points.ts'

const points = () => [{ point: 'paint.colour', rule: 'first', answers: [{ plugin: 'reds' }] }]

test('who answers what is told to who may look', async () => {
  await using app = fastify()
  await app.register(pointRoutes, { points, checkReader: () => undefined })
  const { statusCode, body } = await app.inject('/points')
  assert.deepEqual([statusCode, JSON.parse(body)], [200, { points: points() }])
})

test('and to nobody else', async () => {
  await using app = fastify()
  const checkReader = () => {
    throw Object.assign(new Error('not you'), { statusCode: 401 })
  }
  await app.register(pointRoutes, { points, checkReader })
  assert.equal((await app.inject('/points')).statusCode, 401)
})
