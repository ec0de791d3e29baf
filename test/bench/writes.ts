import { setTimeout as sleep } from 'node:timers/promises'
import { startFleet } from '@flotilla/cli'
import { createLog, readConfig } from '@flotilla/core'
import { createClient, httpTransport, loadKubeconfig } from '@flotilla/kube'
import { newDataDir } from '../up.ts'
import { type Entry, isRoutine, Ledger } from './ledger.ts'
import { type Operation, operations, type Place } from './operations.ts'

export interface WritesOptions {
  /** Templates each operation is done to; what is counted is the average. */
  readonly n: number
  /** How long a fleet is listened to that nobody does anything to, milliseconds; by default it is not. */
  readonly idle?: number
}

/** What an operation cost: requests for each template. */
export interface Cost {
  readonly title: string
  readonly counts: readonly Count[]
  /** Steps of each stage and controller for each template. */
  readonly steps: Readonly<Record<string, number>>
  /** Milliseconds of CPU for each template. */
  readonly cpu: number
}

export interface Count extends Entry {
  readonly times: number
}

/** Longer than anybody waits for what else there is to say. */
const quiet = 1_300

const memberOr = (server: string): string => (server === 'flotilla' ? server : 'members')

function countsOf(entries: readonly Entry[], n: number): readonly Count[] {
  const groups = Map.groupBy(entries, ({ server, verb, what, by, effect }) =>
    [memberOr(server), what, verb, by, effect].join(' '),
  )
  return [...groups.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, [first, ...rest]]) => {
      return first ? [{ ...first, server: memberOr(first.server), times: (rest.length + 1) / n }] : []
    })
}

const tally = (words: readonly string[], n: number): Readonly<Record<string, number>> =>
  Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length / n]))

/** What something costs, divided by so many. */
async function accounted(title: string, ledger: Ledger, n: number, run: () => Promise<unknown>): Promise<Cost> {
  ledger.take()
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  const { entries, steps } = ledger.take()
  const counted = entries.filter((entry) => !isRoutine(entry))
  return { title, counts: countsOf(counted, n), steps: tally(steps, n), cpu: (user + system) / 1000 / n }
}

/** Runs operations one after the other on a fleet of two members, and counts what each costs until everything is still. */
export async function costs({ n, idle = 0 }: WritesOptions): Promise<readonly Cost[]> {
  const ledger = new Ledger()
  const fleet = await startFleet({
    members: 2,
    nodes: Math.ceil((n * 8) / 100) + 1,
    dataDir: newDataDir(),
    port: 0,
    config: readConfig(),
    log: createLog({ level: 'error' }),
    version: '0.0.0',
  })
  try {
    await fleet.ready
    const client = async (name: string) => createClient(httpTransport(await loadKubeconfig(fleet.kubeconfig, name)))
    const place: Place = {
      client: await client('flotilla'),
      members: { member1: await client('member1'), member2: await client('member2') },
    }
    const measured = async (operation: Operation, names: readonly string[]): Promise<Cost> => {
      const { title, run } = operation
      return accounted(title, ledger, names.length, async () => {
        await run(place, names)
        await ledger.still(quiet)
      })
    }
    for (const operation of operations.slice(0, 3)) await measured(operation, ['first']) // caches begin with the first use
    const names = Array.from({ length: n }, (_, index) => `web-${index}`)
    const all: Cost[] = []
    for (const operation of operations) all.push(await measured(operation, names))
    if (idle > 0)
      all.push(await accounted('a minute in which nobody does anything', ledger, idle / 60_000, () => sleep(idle)))
    return all
  } finally {
    await fleet.stop()
    ledger.close()
  }
}

const sum = (counts: readonly Count[], which: (count: Count) => boolean): number =>
  counts.filter(which).reduce((total, { times }) => total + times, 0)

const isUsers = ({ by }: Count): boolean => by === 'user'

const shown = (times: number): string => times.toFixed(times < 10 && times % 1 !== 0 ? 2 : 0).padStart(7)

function print({ title, counts, steps, cpu }: Cost): void {
  const own = sum(counts, (count) => count.effect === 'write' && !isUsers(count))
  const floor = sum(counts, (count) => count.effect === 'write' && isUsers(count))
  const reads = sum(counts, (count) => count.effect === 'read' && !isUsers(count))
  const parts = [
    `${own.toFixed(1)} writes`,
    floor > 0 ? `${(own / floor).toFixed(1)} for each of the user's` : '',
    `${reads.toFixed(1)} reads`,
    `${(steps.render ?? 0).toFixed(1)} renders`,
    `${cpu.toFixed(1)} ms CPU`,
  ]
  console.log(`\n${title}: ${parts.filter(Boolean).join(', ')}`)
  for (const { server, verb, what, by, effect, times } of counts) {
    console.log(
      `${shown(times)}  ${server.padEnd(8)} ${verb.padEnd(6)} ${what.padEnd(28)} ${by}${effect === 'refusal' ? ', refused' : ''}`,
    )
  }
}

/** Prints what is written, by whom and on which kind, for what users do. */
export async function writes(options: WritesOptions): Promise<void> {
  console.log(`two members; for each of ${options.n} templates`)
  for (const cost of await costs(options)) print(cost)
}
