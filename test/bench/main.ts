import { parseArgs } from 'node:util'
import { holdLittleGarbage } from '@flotilla/cli'
import { dns } from './dns.ts'
import { interpreting } from './interpret.ts'
import { policies } from './policies.ts'
import { scheduleProfile } from './profile.ts'
import { propagate } from './propagate.ts'
import { quota } from './quota.ts'
import { real } from './real.ts'
import { schedule, scheduleCurve, scheduleMemory } from './schedule.ts'
import { scheduleReal } from './schedule-real.ts'
import { server } from './server/server.ts'
import { services } from './services.ts'
import { simulate } from './simulate.ts'
import { writes } from './writes.ts'

const usage = `usage:
  npm run bench -- propagate [--n 1000] [--members 2] [--deps] [--singles 50]
  npm run bench -- schedule [--n 5000] [--clusters 100] [--decisions 8]
  npm run bench -- schedule --curve [--n 300]
  npm run bench -- schedule --profile [--n 5000] [--clusters 100] [--decisions 8]
  npm run bench -- schedule --real [--n 2000] [--clusters 100]     with KUBEBUILDER_ASSETS=$(test/assets/build)
  npm run bench -- schedule --memory [--n 50000] [--clusters 1000] [--decisions 8]
  npm run bench -- simulate [--n 5000] [--clusters 100]
  npm run bench -- policies [--n 1000] [--members 2]
  npm run bench -- quota [--n 20000] [--quotas 1000] [--clusters 100] [--given 10]
  npm run bench -- writes [--n 20] [--idle 60]
  npm run bench -- real [--n 1000] [--members 2] [--pods] [--replicas 1] [--shards 1]     with KUBEBUILDER_ASSETS=$(test/assets/build)
  npm run bench -- interpret [--n 5000] [--modules 200] [--calls 1000000] [--only Lua]
  npm run bench -- dns [--n 5000] [--clusters 20] [--seconds 5]
  npm run bench -- services [--n 5000] [--clusters 20] [--endpoints 20] [--changes 200]
  npm run bench -- server [--n 10000] [--only creates,gets,list,watchers,memory,stuck]`

holdLittleGarbage() // as flotilla itself does, or its memory is not what is measured

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    n: { type: 'string' },
    members: { type: 'string', default: '2' },
    deps: { type: 'boolean', default: false },
    singles: { type: 'string', default: '50' },
    clusters: { type: 'string' },
    decisions: { type: 'string', default: '8' },
    curve: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    real: { type: 'boolean', default: false },
    pods: { type: 'boolean', default: false },
    replicas: { type: 'string', default: '1' },
    shards: { type: 'string', default: '1' },
    quotas: { type: 'string', default: '1000' },
    given: { type: 'string', default: '10' },
    profile: { type: 'boolean', default: false },
    idle: { type: 'string', default: '60' },
    endpoints: { type: 'string', default: '20' },
    changes: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '5' },
    modules: { type: 'string', default: '200' },
    calls: { type: 'string', default: '0' },
    only: { type: 'string' },
  },
})

const [what] = positionals
if (what === 'propagate') {
  const { deps } = values
  await propagate({
    n: Number(values.n ?? 1000),
    members: Number(values.members),
    deps,
    singles: Number(values.singles),
  })
} else if (what === 'schedule') {
  const decisions = Number(values.decisions)
  if (values.real)
    await scheduleReal({ n: Number(values.n ?? 2000), clusters: Number(values.clusters ?? 100), decisions })
  else if (values.curve) await scheduleCurve({ n: Number(values.n ?? 300) })
  else if (values.memory)
    await scheduleMemory({ n: Number(values.n ?? 50_000), clusters: Number(values.clusters ?? 1000), decisions })
  else {
    const options = { n: Number(values.n ?? 5000), clusters: Number(values.clusters ?? 100), decisions }
    await (values.profile ? scheduleProfile(options) : schedule(options))
  }
} else if (what === 'simulate') {
  await simulate({ n: Number(values.n ?? 5000), clusters: Number(values.clusters ?? 100) })
} else if (what === 'policies') {
  await policies({ n: Number(values.n ?? 1000), members: Number(values.members) })
} else if (what === 'quota') {
  await quota({
    n: Number(values.n ?? 20_000),
    quotas: Number(values.quotas),
    clusters: Number(values.clusters ?? 100),
    given: Number(values.given),
  })
} else if (what === 'writes') {
  await writes({ n: Number(values.n ?? 20), idle: Number(values.idle) * 1000 })
} else if (what === 'real') {
  await real({
    n: Number(values.n ?? 1000),
    members: Number(values.members),
    pods: values.pods,
    replicas: Number(values.replicas),
    shards: Number(values.shards),
  })
} else if (what === 'interpret') {
  await interpreting({
    n: Number(values.n ?? 5000),
    modules: Number(values.modules),
    growth: Number(values.calls),
    only: values.only,
  })
} else if (what === 'dns') {
  const { n = 5000, clusters = 20, seconds } = values
  await dns({ n: Number(n), clusters: Number(clusters), seconds: Number(seconds) })
} else if (what === 'services') {
  const { n = 5000, clusters = 20, endpoints, changes } = values
  await services({
    n: Number(n),
    clusters: Number(clusters),
    endpoints: Number(endpoints),
    changes: Number(changes),
  })
} else if (what === 'server') {
  await server({ n: Number(values.n ?? 10_000), only: values.only?.split(',') })
} else {
  console.error(usage)
  process.exitCode = 2
}
