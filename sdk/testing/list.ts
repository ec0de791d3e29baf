import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Plugin } from '../src/plugin.ts'

const isPlugin = (value: unknown): value is Plugin =>
  typeof value === 'object' && value !== null && 'name' in value && ('extensions' in value || 'controllers' in value)

/** The plugins that the modules of a folder export, but for its `index` and its tests. */
async function pluginsIn(folder: string): Promise<readonly Plugin[]> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.js') && !/^index\.|\.test\./.test(file))
  const modules = await Promise.all(
    files.map((file): Promise<object> => import(pathToFileURL(join(folder, file)).href)),
  )
  return modules.flatMap((module) => Object.values(module).filter(isPlugin))
}

/**
 * Examines a visible list of plugins: every plugin of the folder is in it, once, under a name of its own, after those it
 * needs. Call it from a test beside the list, with `import.meta.dirname`.
 */
export function examineList(plugins: readonly Plugin[], folder: string): void {
  const names = plugins.map(({ name }) => name)
  test('every plugin of the folder is in the list', async () => {
    assert.deepEqual(new Set(await pluginsIn(folder)), new Set(plugins))
  })
  test('no two plugins of the list have one name', () => assert.equal(new Set(names).size, names.length))
  test('a plugin stands after those of the list it needs', () => {
    for (const [i, { name, needs = [] }] of plugins.entries()) {
      for (const needed of needs) assert.ok(!names.slice(i).includes(needed), `${name} needs ${needed}`)
    }
  })
}
