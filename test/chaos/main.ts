import { parseArgs } from 'node:util'
import { done } from './command.ts'
import { killings, tradings } from './commands.ts'
import { live } from './life.ts'
import { took } from './settle.ts'
import { createUpWorld } from './up-world.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    runs: { type: 'string' },
    commands: { type: 'string', default: '40' },
    idle: { type: 'string', default: '1000' },
    path: { type: 'string' },
    services: { type: 'boolean', default: false },
    kill: { type: 'boolean', default: false },
    shrink: { type: 'boolean', default: false },
  },
})

const end = performance.now() + Number(values.minutes) * 60_000
let seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
let lives = 0
let failures = 0

const oneRun = values.seed !== undefined
do {
  try {
    await live({
      seed,
      runs: Number(values.runs ?? 1),
      commands: Number(values.commands),
      idle: Number(values.idle),
      limit: Math.max(90_000, oneRun ? end - performance.now() : 0),
      ...(values.services && { steps: tradings }),
      ...(values.kill && { start: createUpWorld, steps: killings }),
      shrinks: values.shrink,
      ...(values.path !== undefined && { path: values.path }),
    })
  } catch (error) {
    failures += 1
    console.error(
      `--- seed ${seed}\n${error instanceof Error ? error.message : error}\n${error instanceof Error ? error.cause : ''}`,
    )
  }
  lives += 1
  seed += 1
} while (!oneRun && performance.now() < end)

const [slowest] = took.toSorted((a, b) => b.ms - a.ms)
for (const { ms, last } of took.filter((each) => each.ms > 3_000))
  console.log(`${(ms / 1000).toFixed(1)} s until it was no longer so that ${last.join(', ')}`)
console.log(
  `${lives} lives of ${done.length} steps, ${failures} ended wrong; all came to rest ${took.length} times, the slowest in ${((slowest?.ms ?? 0) / 1000).toFixed(1)} s`,
)
if (failures > 0) process.exitCode = 1
