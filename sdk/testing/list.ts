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
 * Examines a visible list of plugins: each has a name of its own and stands after those it needs, and every plugin of the
 * folder is in the list. Call it from a test beside the list, with `import.meta.dirname`. Without a folder the list is all
 * there is: what a plugin needs has to be in it.
 */
export function examineList(plugins: readonly Plugin[], folder?: string): void {
  const names = plugins.map(({ name }) => name)
  test('no two plugins of the list have one name', () => assert.equal(new Set(names).size, names.length))
  test('a plugin stands after those it needs', () => {
    for (const [i, { name, needs = [] }] of plugins.entries()) {
      for (const needed of needs) {
        const found = names.slice(0, i).includes(needed) || (folder !== undefined && !names.includes(needed))
        assert.ok(found, `${name} needs ${needed}`)
      }
    }
  })
  if (folder === undefined) return
  test('every plugin of the folder is in the list', async () => {
    assert.deepEqual(new Set(await pluginsIn(folder)), new Set(plugins))
  })
}
