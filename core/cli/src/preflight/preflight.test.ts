import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openAuthority, type Shelf } from '@flotilla/apiserver'
import { type Credentials, createClient } from '@flotilla/kube'
import { ApiError } from '@flotilla/sdk'
import { whyRefused } from './credentials.ts'
import type { Demands } from './preflight.ts'
import { preflight } from './preflight.ts'
import { isOlder, leastControlPlane, versionOf } from './version.ts'

const jwt = (exp: number): string =>
  ['{}', JSON.stringify({ exp }), ''].map((part) => Buffer.from(part).toString('base64url')).join('.')

const now = new Date('2026-11-29T12:00:00Z')
const ended = Date.parse('2026-11-29T11:00:00Z') / 1000

const refused: Readonly<Record<string, readonly [Credentials, string]>> = {
  'a token that has ended': [{ authorization: `Bearer ${jwt(ended)}` }, 'its token ended at 2026-11-29T11:00:00.000Z'],
  'a token of somebody else': [{ authorization: `Bearer ${jwt(ended + 7200)}` }, 'its token is not one it knows'],
  'a token that says nothing': [{ authorization: 'Bearer abc' }, 'its token is not one it knows'],
  'a password': [{ authorization: 'Basic abc' }, 'its user name or password is not one it knows'],
  'what is no certificate': [{ cert: 'x', key: 'y' }, 'its client certificate is not one it knows'],
  nothing: [{}, 'it has none'],
}
test('why credentials are refused: a client certificate that has ended', async () => {
  const files = new Map<string, string>()
  const shelf: Shelf = {
    read: async (file) => files.get(file),
    write: async (file, text) => void files.set(file, text),
  }
  const past = new Date('2020-01-01T00:00:00Z')
  const authority = await openAuthority({ dir: shelf, now: () => past })
  const { cert, key } = await authority.client('old', { name: 'old', groups: [] })
  assert.match(whyRefused({ cert, key }, now), /^its client certificate ended at 202\d-/)
  assert.equal(whyRefused({ cert, key }, past), 'its client certificate is not one it knows')
})

for (const [name, [credentials, says]] of Object.entries(refused))
  test(`why credentials are refused: ${name}`, () => assert.equal(whyRefused(credentials, now), says))

const versions: Readonly<Record<string, boolean>> = {
  'v1.29.9': true,
  'v1.30.0': false,
  'v1.33.1+k3s1': false,
  'v0.99.0': true,
  'v2.0.0': false,
}
for (const [version, old] of Object.entries(versions))
  test(`${version} is ${old ? 'too old' : 'new enough'}`, () => {
    const found = versionOf(version)
    assert.ok(found)
    assert.equal(isOlder(found, leastControlPlane), old)
  })
test('what is no version is none', () => assert.equal(versionOf('unknown'), undefined))

interface Server {
  readonly version?: string
  /** Whether a question is answered with yes: `verb resource.group`. */
  readonly allows?: (question: string) => boolean
  readonly refuses?: { readonly code: number; readonly message: string }
}

interface Body {
  readonly kind: string
  readonly spec: {
    readonly resourceAttributes: { readonly group: string; readonly resource: string; readonly verb: string }
  }
}

function endOf({ version = 'v1.34.0', allows = () => true, refuses }: Server) {
  const asked: string[] = []
  const statusOf = ({ kind, spec }: Body) => {
    if (kind === 'SelfSubjectReview') return { userInfo: { username: 'system:serviceaccount:ops:poor' } }
    const { group, resource, verb } = spec.resourceAttributes
    const question = `${verb} ${resource}.${group}`
    asked.push(question)
    return { allowed: allows(question) }
  }
  const client = createClient({
    address: 'https://host',
    async send({ path, body }) {
      if (path === '/version') return { status: 200, body: { gitVersion: version } }
      if (refuses) {
        const { code, message } = refuses
        throw new ApiError({
          apiVersion: 'v1',
          kind: 'Status',
          metadata: {},
          status: 'Failure',
          code,
          reason: '',
          message,
        })
      }
      return { status: 201, body: { ...(body as object), status: statusOf(body as Body) } }
    },
    stream: () => Promise.reject(new Error('nothing is watched')),
    close: async () => undefined,
  })
  return { asked, end: { client, identity: { server: 'https://host' } } }
}

const demands: Demands = {
  least: leastControlPlane,
  needs: [
    { groups: ['*'], resources: ['*'], verbs: ['get', 'list'] },
    { groups: ['work.karmada.io'], resources: ['*'], verbs: ['create'] },
    { groups: [''], resources: ['secrets', 'namespaces'], verbs: ['create'] },
  ],
  role: 'flotilla',
  maker: 'make it',
}

const run = (server: Server) => {
  const { asked, end } = endOf(server)
  return { asked, done: preflight(end, demands, AbortSignal.timeout(10_000)) }
}

test('an administrator is asked once', async () => {
  const { asked, done } = run({})
  await done
  assert.deepEqual(asked, ['* *.*'])
})

test('who may do just what is needed may go on', async () => {
  const { asked, done } = run({ allows: (question) => question !== '* *.*' })
  await done
  assert.equal(asked.length, 6)
})

test('all that is missing is said at once, with the way out', async () => {
  const { done } = run({ allows: (question) => question === 'get *.*' || question === 'create secrets.' })
  await assert.rejects(done, {
    code: 'PERMISSIONS_MISSING',
    message:
      'https://host does not let system:serviceaccount:ops:poor list resources of any kind; create resources of work.karmada.io; create namespaces. An administrator grants it: make it; kubectl create clusterrolebinding flotilla-ops-poor --clusterrole=flotilla --serviceaccount=ops:poor',
  })
})

test('a server that is too old is told which is not', async () => {
  await assert.rejects(run({ version: 'v1.27.3' }).done, {
    code: 'SERVER_TOO_OLD',
    message: /v1\.27\.3; v1\.30 is the oldest/,
  })
})

test('who is nobody there is told so', async () => {
  const unknown = { code: 401, message: 'Unauthorized' }
  await assert.rejects(run({ refuses: unknown }).done, {
    code: 'CREDENTIALS_REFUSED',
    message: /: it has none; get new ones/,
  })
  const nobody = { code: 403, message: 'selfsubjectreviews is forbidden: User "system:anonymous" cannot create it' }
  await assert.rejects(run({ refuses: nobody }).done, { code: 'CREDENTIALS_REFUSED' })
})

test('a server that cannot be asked is not asked', () => run({ refuses: { code: 404, message: 'not served' } }).done)
