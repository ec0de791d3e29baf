import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isFields, reasonOf } from '@flotilla/sdk'

/** Who asks. */
export interface Login {
  readonly username: string
  readonly password: string
}

const configFile = (): string => join(process.env.DOCKER_CONFIG ?? join(homedir(), '.docker'), 'config.json')

/** What Docker writes its logins down by. */
const names = (host: string): readonly string[] =>
  host === 'docker.io' ? ['https://index.docker.io/v1/', 'index.docker.io', host] : [host, `https://${host}`]

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(`${file} cannot be read: ${reasonOf(error)}; give --username and --password-stdin instead`, {
      cause: error,
    })
  }
}

/** The login for a registry that `docker login` left, if there is one. Those in a keychain are Docker's alone. */
export function dockerLogin(host: string, file = configFile()): Login | undefined {
  if (!existsSync(file)) return undefined
  const config = parsed(file)
  const auths = isFields(config) && isFields(config.auths) ? config.auths : {}
  const found = names(host)
    .map((name) => auths[name])
    .find(isFields)
  if (!found || typeof found.auth !== 'string' || found.auth === '') return undefined
  const [username = '', ...password] = Buffer.from(found.auth, 'base64').toString().split(':')
  return { username, password: password.join(':') }
}
