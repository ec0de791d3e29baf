import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Log } from '@flotilla/sdk'
import { ending } from './ending.ts'

/** What is logged, and how long it took. */
function told() {
  const lines: string[] = []
  const say = (message: string, fields?: object) => void lines.push(`${message}: ${(fields as { for?: string })?.for}`)
  const log: Log = { debug: say, info: say, warn: say, error: say, with: () => log }
  return { log, lines }
}

const clock = (context: TestContext) => context.mock.timers.enable({ apis: ['setTimeout'] })

test('what ends at once is not spoken of', async () => {
  const { log, lines } = told()
  await ending(log, 'webhooks', 100, async () => undefined)
  assert.deepEqual(lines, [])
})

test('what is slow is named, and what does not end is given up', async (context) => {
  clock(context)
  const { log, lines } = told()
  const ended = ending(log, 'plugins', 5_000, () => new Promise(() => undefined))
  context.mock.timers.tick(1_000)
  assert.deepEqual(lines, ['the end waits: plugins'])
  context.mock.timers.tick(4_000)
  await ended
  assert.deepEqual(lines, ['the end waits: plugins', 'the end waits no longer: plugins'])
})

test('what fails to end holds nobody up', async () => {
  const { log, lines } = told()
  await ending(log, 'health', 100, () => {
    throw new Error('it is gone')
  })
  assert.deepEqual(lines, ['the end waits no longer: health'])
})
