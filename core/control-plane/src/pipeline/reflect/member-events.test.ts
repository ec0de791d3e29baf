import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { ApiError, type Manifest, type Work, workKind } from '@flotilla/sdk'
import { deployment } from '@flotilla/sdk/testing'
import { type Fleet, testFleet } from '../../member/fleet.test-support.ts'
import { reflectControllers } from './controller.ts'

let fleet: Fleet
afterEach(() => fleet.machine.end())

const work: Work = {
  apiVersion: workKind.apiVersion,
  kind: workKind.kind,
  metadata: { namespace: 'karmada-es-member1', name: 'web-x' },
  spec: { workload: { manifests: [deployment()] } },
}

const event = (name: string, words: object = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name, namespace: 'default' },
  involvedObject: { kind: 'Deployment', namespace: 'default', name: 'web' },
  type: 'Warning',
  reason: 'Broken',
  message: name,
  ...words,
})

interface Told {
  readonly message: string
  readonly count: number
  readonly source: { readonly component: string }
}

const eventKind = { apiVersion: 'v1', kind: 'Event', plural: 'events', scope: 'Namespaced' } as const
const told = () => fleet.machine.objects.list(eventKind) as unknown as readonly Told[]
const messages = () => told().map(({ message }) => message)

/** Starts, and says something until it is heard. */
const start = async (memberEvents: 'none' | 'warnings' | 'all', held: readonly Manifest[] = []) => {
  fleet = testFleet({ members: { member1: held }, objects: [work] })
  fleet.machine.run(reflectControllers(fleet.machine, { memberEvents }))
}

const says = (name: string, words?: object) => fleet.member('member1').objects.put(event(name, words))

/** The watch begins at some time: says something until it is heard. */
async function heard(): Promise<void> {
  for (let tries = 0; messages().length === 0; tries++) {
    assert.ok(tries < 500, 'nothing is heard')
    says('first', { count: tries })
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('what a member tells of what it was given is told on the template, with its name', async () => {
  await start('warnings')
  await heard()
  says('disk full')
  await fleet.machine.until(() => messages().includes('[member1] disk full'))
  assert.equal(told().find(({ message }) => message === '[member1] disk full')?.source.component, 'member1')
})

test('what was told before is not told again, and what is told again is counted', async () => {
  await start('warnings', [event('old')])
  await heard()
  says('again')
  says('again', { count: 2 })
  await fleet.machine.until(() => told().find(({ message }) => message === '[member1] again')?.count === 2)
  assert.ok(!messages().includes('[member1] old'))
})

test('good news and what is about others is not told, unless it is wanted', async () => {
  await start('warnings')
  await heard()
  says('good', { type: 'Normal' })
  says('other', { involvedObject: { kind: 'Deployment', namespace: 'default', name: 'other' } })
  says('last')
  await fleet.machine.until(() => messages().includes('[member1] last'))
  assert.deepEqual(messages(), ['[member1] first', '[member1] last'])
  fleet.machine.end()
  await start('all')
  await heard()
  says('good', { type: 'Normal' })
  await fleet.machine.until(() => messages().includes('[member1] good'))
})

test('a server that cannot select by type is asked for all', async () => {
  fleet = testFleet({ members: { member1: [] }, objects: [work] })
  const { client } = fleet.member('member1')
  const { watch } = client
  Object.assign(client, {
    watch: (...[kind, options]: Parameters<typeof watch>) => {
      if (!options?.fieldSelector) return watch(kind, options)
      throw new ApiError({ apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code: 400 })
    },
  })
  fleet.machine.run(reflectControllers(fleet.machine, { memberEvents: 'warnings' }))
  await heard()
})

test('nothing is told when nothing is wanted', async () => {
  await start('none')
  await fleet.machine.quiet()
  says('lost')
  await fleet.machine.quiet()
  assert.deepEqual(messages(), [])
})
