import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admit, aggregate, evict, interpret, match, Registry, render, schedule, service } from '@flotilla/sdk'
import { examineList, fakeHost } from '@flotilla/sdk/testing'
import { preset } from './index.ts'

examineList(preset)

test('what the main job asks is answered', () => {
  const registry = new Registry()
  for (const plugin of preset) for (const each of plugin.extensions?.(fakeHost()) ?? []) registry.add(each)
  const asked = [
    admit.mutate,
    admit.refuse,
    match.choose,
    interpret.replicas,
    interpret.reviseReplicas,
    interpret.retain,
    interpret.status,
    interpret.health,
    interpret.aggregate,
    aggregate.complete,
    interpret.dependencies,
    schedule.filter,
    schedule.score,
    schedule.estimate,
    schedule.select,
    schedule.assign,
    render.override,
    evict.decide,
    service.export,
    service.endpoints,
    service.expose,
  ]
  assert.deepEqual(
    asked.filter((point) => !registry.has(point)).map(({ id }) => id),
    [],
  )
})
