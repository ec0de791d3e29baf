/**
 * A process to be killed: writes to a server over the SQLite file it is given, several writers at once, and prints
 * `<name> <value> <resourceVersion>` for each write it got an answer to.
 */
import { sqliteStorage } from '../storage/sqlite.ts'
import { configMap, configMapPath, startServer } from './server.ts'

const writers = 8

const [, , path = '', start = '0'] = process.argv
const { ask } = await startServer({ storage: sqliteStorage({ path }) })

const write = async (name: string): Promise<never> => {
  await ask('POST', configMapPath, configMap(name))
  for (let value = Number(start); ; value += 1) {
    const { code, body } = await ask('PATCH', `${configMapPath}/${name}`, { data: { value: String(value) } })
    if (code !== 200) throw new Error(JSON.stringify(body))
    process.stdout.write(`${name} ${value} ${body.metadata.resourceVersion}\n`)
  }
}

await Promise.all(Array.from({ length: writers }, (_, index) => write(`writer-${index}`)))
