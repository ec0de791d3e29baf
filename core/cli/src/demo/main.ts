import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readConfig } from '@flotilla/core'
import { wholeNumber } from '../commands/options.ts'
import { holdLittleGarbage } from '../memory.ts'
import { createProgress } from '../output/progress.ts'
import { naming, sentence } from '../output/sentence.ts'
import { demo, usage } from './demo.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { once: { type: 'boolean', default: false }, port: { type: 'string', default: '7443' } },
  })
  holdLittleGarbage()
  const stop = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  const fleet = await demo({
    config: readConfig(),
    version,
    dataDir: '.flotilla/demo',
    port: values.once ? 0 : await naming('--port', () => wholeNumber(0, 65_535)(values.port)),
    progress: createProgress(),
    print: (text) => console.log(text),
  })
  try {
    if (values.once) return
    console.log(usage(fleet.kubeconfig))
    await Promise.race([stop, fleet.ended])
  } finally {
    await fleet.stop()
  }
}

try {
  await run()
} catch (error) {
  console.error(`demo: ${sentence(error)}`)
  process.exitCode = 1
}
