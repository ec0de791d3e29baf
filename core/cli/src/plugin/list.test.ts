import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listText, rowsOf } from './list.ts'
import type { Speed } from './speed.ts'

const points = [
  {
    point: 'interpret.health',
    rule: 'first',
    answers: [
      { plugin: 'customizations', speaksFor: [{ name: 'team-a', about: ['example.com/v1 Boat'] }, { name: 'team-b' }] },
      { plugin: 'modules', speaksFor: [] },
      { plugin: 'native-deployment', about: ['apps/v1 Deployment'] },
    ],
  },
  { point: 'match.choose', rule: 'first', answers: [] },
  { point: 'schedule.score', rule: 'total', answers: [{ plugin: 'mine', weight: 2 }] },
]

const speeds: Readonly<Record<string, Speed>> = {
  'team-a interpret.health': { answered: 7, errors: 1, p99: 0.000_12, isLeftAlone: false },
  'native-deployment interpret.health': { answered: 3000, errors: 0, p99: 0.0312, isLeftAlone: false },
}

const rows = rowsOf(points, (name, point) => speeds[`${name} ${point}`])

test('who answers what is listed in order, each that is spoken for by its own name', () => {
  assert.equal(
    listText(rows, {}),
    [
      'POINT              ORDER   NAME                ABOUT                 WEIGHT   ANSWERED   ERRORS   P99',
      'interpret.health   1       team-a              example.com/v1 Boat   <none>   7          1        120µs',
      'interpret.health   2       team-b              *                     <none>   0          0        -',
      'interpret.health   3       native-deployment   apps/v1 Deployment    <none>   3000       0        31ms',
      'schedule.score     1       mine                *                     2        0          0        -',
    ].join('\n'),
  )
})

test('and by whom, where more is asked for', () => {
  assert.match(
    listText(rows, { output: 'wide' }),
    /interpret\.health +first +1 +team-a +example\.com\/v1 Boat +customizations/,
  )
  assert.equal(listText([], {}), 'Nobody answers.')
})

test('who failed so often that it is not asked is shown', () => {
  const speed = { answered: 9, errors: 5, p99: 1.5, isLeftAlone: true }
  const rows = rowsOf(points.slice(2), () => speed)
  assert.equal(
    listText(rows, {}),
    [
      'POINT            ORDER   NAME   ABOUT   WEIGHT   ANSWERED   ERRORS   STATE        P99',
      'schedule.score   1       mine   *       2        9          5        left alone   1.5s',
    ].join('\n'),
  )
})
