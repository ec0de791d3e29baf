import { errors, type Http, type HttpAnswer } from '@flotilla/sdk'
import { longestProgram } from './program.ts'

/** How long a server may take for a whole answer, in milliseconds. */
const patience = 30_000

/** So many times somebody may send one on. */
const mostTurns = 5

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** What is wrong with an address, in words that follow it. */
export function wrongAddress(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) return 'must be a URL, such as "https://example.com/health.wasm"'
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback.test(url.hostname)))
    return 'must be a URL whose scheme is https; http is for this machine alone'
  return url.username || url.password ? 'must be a URL without user and password' : undefined
}

/** How one is asked. */
export interface Errand {
  readonly http: Http
  readonly ca?: string
  readonly signal: AbortSignal
}

/** Asks once, over a connection of its own: programs are seldom fetched. */
export async function ask(url: URL, { http, ca, signal }: Errand, headers: HttpAnswer['headers'] = {}) {
  const problem = wrongAddress(url.href)
  if (problem) throw new Error(`${url.origin} ${problem}`)
  const connection = http.open({ url: url.href, longestAnswer: longestProgram, ...(ca && { ca }) })
  try {
    return await connection.send({ timeout: patience, signal, headers })
  } finally {
    connection.close()
  }
}

const isElsewhere = ({ status }: HttpAnswer): boolean => [301, 302, 303, 307, 308].includes(status)

/** The same, sent on to where it is. Nobody else is shown what the first server was shown. */
export async function download(url: URL, errand: Errand, headers?: HttpAnswer['headers']): Promise<HttpAnswer> {
  let here = url
  let shown = headers
  for (let turns = 0; turns <= mostTurns; turns++) {
    const answer = await ask(here, errand, shown)
    const { location } = answer.headers
    if (!isElsewhere(answer) || !location) return answer
    const there = new URL(location, here)
    if (there.origin !== here.origin) shown = {}
    here = there
  }
  throw errors.SERVER_UNREACHABLE(url.href, new Error(`it sends on more than ${mostTurns} times`))
}

/** The bytes at an address. */
export async function fromUrl(url: string, errand: Errand): Promise<Uint8Array> {
  const { status, body } = await download(new URL(url), errand)
  if (status !== 200) throw new Error(`${new URL(url).origin} answered with ${status}`)
  return body
}
