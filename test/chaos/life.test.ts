import { test } from 'node:test'
import { tradings } from './commands.ts'
import { live } from './life.ts'

/** Another seed, or more lives, is asked for with `npm run chaos`. */
const seed = 11

test('whatever happens, members hold what users said, and nothing is left behind', () =>
  live({ seed, runs: 3, commands: 40, idle: 500, limit: 120_000 }))

test('nobody writes while there is nothing to do', () => live({ seed, runs: 1, path: '1', commands: 25, idle: 10_000 }))

test('whatever happens, Services are reached from where users said, and nowhere else', () =>
  live({ seed, runs: 2, commands: 30, idle: 500, limit: 120_000, steps: tradings }))
