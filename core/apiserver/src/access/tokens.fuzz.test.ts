import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { startServer } from '../testing/server.ts'
import { usualIssuer } from './tokens.ts'

const tokenKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const key = createPrivateKey(tokenKey)
const now = new Date('2026-11-29T12:00:00Z')

const api = await startServer({ access: { tokenKey }, now: () => now })
after(async () => {
  await api.close()
  assert.deepEqual(api.log.errors, [])
})

const { body: account } = await api.ask('POST', '/api/v1/namespaces/default/serviceaccounts', {
  metadata: { name: 'robot' },
})
const issued = await api.ask('POST', '/api/v1/namespaces/default/serviceaccounts/robot/token', {
  spec: { expirationSeconds: 3600 },
})
const good: string = issued.body.status.token
const name = 'system:serviceaccount:default:robot'

/** Who the server takes someone with a token for. */
const whose = async (token: string): Promise<string | undefined> => {
  const { code, body } = await api.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token } })
  assert.equal(code, 201, JSON.stringify(body))
  return body.status.authenticated ? body.status.user.username : undefined
}

const bytesOf = (part: string): string => Buffer.from(part, 'base64url').toString('latin1')

/** The same token to whoever decodes it: base64 has some ways to say its last bits. */
const isSame = (token: string): boolean => {
  const [parts, own] = [token.split('.'), good.split('.')]
  return parts.length === 3 && parts.every((part, i) => bytesOf(part) === bytesOf(own[i] ?? ''))
}

const runs = { seed: 1, numRuns: 400 }

test('the token itself is somebody’s', async () => assert.equal(await whose(good), name))

const changed = fc.oneof(
  fc
    .tuple(fc.nat(), fc.stringMatching(/^[\w.~ =-]$/))
    .map(([at, by]) => `${good.slice(0, at % good.length)}${by}${good.slice((at % good.length) + 1)}`),
  fc.nat().map((at) => good.slice(0, 1 + (at % (good.length - 1)))),
  fc
    .tuple(fc.nat(), fc.string({ minLength: 1, maxLength: 4 }))
    .map(([at, more]) => `${good.slice(0, at % good.length)}${more}${good.slice(at % good.length)}`),
  fc.constantFrom(`${good}.`, `.${good}`, `${good}${good}`, good.toUpperCase(), good.split('.').toReversed().join('.')),
)

test('one that was changed somewhere is nobody’s', () =>
  fc.assert(
    fc.asyncProperty(changed, async (token) => {
      if (!isSame(token)) assert.equal(await whose(token), undefined)
    }),
    runs,
  ))

test('one of another header is nobody’s', () =>
  fc.assert(
    fc.asyncProperty(
      fc.constantFrom('none', 'HS256', 'RS256', 'ES384', 'es256', ''),
      fc.json({ maxDepth: 2 }),
      async (alg, more) => {
        const [, claims, signature] = good.split('.')
        for (const header of [JSON.stringify({ alg }), JSON.stringify({ alg, jwk: more, crit: [alg] }), more])
          for (const end of ['', signature])
            assert.equal(await whose(`${Buffer.from(header).toString('base64url')}.${claims}.${end}`), undefined)
      },
    ),
    { ...runs, numRuns: 60 },
  ))

test('what is no token is nobody’s', () =>
  fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.base64String({ minLength: 4 }),
        fc.stringMatching(/^[\w-]{0,9}\.[\w-]{0,9}\.[\w-]{1,9}$/),
      ),
      async (token) => {
        assert.equal(await whose(token), undefined)
      },
    ),
    runs,
  ))

const second = now.getTime() / 1000
const wanted = {
  iss: usualIssuer,
  aud: [usualIssuer],
  sub: name,
  nbf: second,
  exp: second + 600,
  'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'robot', uid: account.metadata.uid } },
}
const sign = (claims: object): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'ES256' }).sign(key)

test('good claims, well signed, are somebody’s', async () => assert.equal(await whose(await sign(wanted)), name))

test('whatever claims are signed, the answer is one', () =>
  fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(wanted)), fc.jsonValue({ maxDepth: 3 }), async (claim, value) => {
      const claims = { ...wanted, [claim]: value }
      const token = await sign(claims)
      const isLater = typeof value === 'number' && value > second
      const isTime = (claim === 'nbf' && !isLater) || (claim === 'exp' && isLater)
      assert.equal(await whose(token), isTime ? name : undefined, JSON.stringify(claims))
    }),
    runs,
  ))
