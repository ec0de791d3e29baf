import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Child } from './child.ts'

test('a process that cannot begin says why', async () => {
  const how = await new Promise((ended) => new Child({ heard: () => undefined, ended }, '/nowhere/main.js'))
  assert.match(String(how), /Cannot find module '\/nowhere\/main.js'/)
})
