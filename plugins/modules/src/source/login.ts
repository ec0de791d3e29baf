import {
  type Client,
  isFields,
  type Kind,
  keyText,
  type Manifest,
  type NamespacedName,
  type StringMap,
} from '@flotilla/sdk'
import type { Login } from './registry.ts'

interface Secret extends Manifest {
  readonly data?: StringMap
}

const secretKind: Kind<Secret> = { apiVersion: 'v1', kind: 'Secret', plural: 'secrets', scope: 'Namespaced' }

const plain = (base64: string): string => Buffer.from(base64, 'base64').toString()

/** How Docker calls its own registry in the files of logins. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  'docker.io': ['https://index.docker.io/v1/', 'index.docker.io'],
}

/** The login for a registry among those of a `config.json` of Docker's. */
function among(config: unknown, registry: string): Login | undefined {
  const auths = isFields(config) && isFields(config.auths) ? config.auths : {}
  const found = [registry, `https://${registry}`, ...(aliases[registry] ?? [])]
    .map((name) => auths[name])
    .find(isFields)
  if (!found) return undefined
  const { auth, username, password } = found
  if (typeof auth === 'string') {
    const [user = '', ...rest] = plain(auth).split(':')
    return { username: user, password: rest.join(':') }
  }
  return typeof username === 'string' && typeof password === 'string' ? { username, password } : undefined
}

/** The login for a registry in a Secret. It is asked for, not watched: nobody else needs it. */
export async function loginIn(
  ref: NamespacedName,
  registry: string,
  client: Client,
  signal: AbortSignal,
): Promise<Login> {
  const secret = await client.get(secretKind, ref, { signal })
  if (!secret) throw new Error(`there is no Secret ${keyText(ref)}`)
  const { username, password, '.dockerconfigjson': docker } = secret.data ?? {}
  const login =
    docker !== undefined
      ? among(JSON.parse(plain(docker)), registry)
      : username !== undefined && password !== undefined
        ? { username: plain(username), password: plain(password) }
        : undefined
  if (!login) throw new Error(`Secret ${keyText(ref)} has no login for ${registry}`)
  return login
}
