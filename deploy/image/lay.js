#!/usr/bin/env node
// Lays into a folder what the image holds: every package as it is published, and what they need when they run.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [target] = process.argv.slice(2)
if (!target) throw new Error('usage: lay.js FOLDER')
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

const copy = (file) => cpSync(join(root, file), join(target, file), { recursive: true })
const manifest = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))

/** What `files` of a package.json says. */
function published(folder) {
  const { files = [] } = manifest(folder)
  const left = files.filter((each) => each.startsWith('!')).map((each) => each.slice(1))
  const kept = files.filter((each) => !each.startsWith('!') && existsSync(join(root, folder, each)))
  return globSync(
    kept.flatMap((each) => [each, `${each}/**`]),
    { cwd: join(root, folder), exclude: left, withFileTypes: true },
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
}

const { workspaces } = manifest('.')
mkdirSync(target, { recursive: true })
for (const file of ['package.json', 'package-lock.json', '.npmrc', 'LICENSE']) copy(file)
for (const folder of workspaces) {
  copy(join(folder, 'package.json')) // all of them, or the lock file would not fit
  if (folder !== 'test') for (const file of published(folder)) copy(file)
}

// what is optional is Node itself, which the image has; isolated-vm brings its binaries along
const { status, error } = spawnSync('npm', ['ci', '--omit=dev', '--omit=optional', '--ignore-scripts'], {
  cwd: target,
  stdio: ['ignore', 'inherit', 'inherit'],
})
if (error) throw error
process.exitCode = status ?? 1
