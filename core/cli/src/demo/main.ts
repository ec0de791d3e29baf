import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readConfig } from '@flotilla/core'
import { createProgress } from '../output/progress.ts'
import { demo } from './demo.ts'

const { values } = parseArgs({
  options: { once: { type: 'boolean', default: false }, port: { type: 'string', default: '7443' } },
})
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const stop = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
const fleet = await demo({
  config: readConfig(),
  version,
  dataDir: '.flotilla/demo',
  port: values.once ? 0 : Number(values.port),
  progress: createProgress(),
  print: (text) => console.log(text),
})
if (!values.once) await stop
await fleet.stop()
