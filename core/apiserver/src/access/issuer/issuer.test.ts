import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { startServer, type TestServer } from '../../testing/server.ts'
import { startWebhook, type TestWebhook } from '../../testing/webhook.ts'
import { userOf } from './claims.ts'
import { type IssuerWords, readAuthentication } from './words.ts'

type Fields = Readonly<Record<string, unknown>>

const issuer = { url: 'https://issuer.example.com', audiences: ['flotilla'] }
const username = { claim: 'sub', prefix: 'oidc:' }
const words = (more: Partial<IssuerWords> = {}): IssuerWords => ({ issuer, claimMappings: { username }, ...more })

describe('the claims of a token', () => {
  const jane = { sub: 'jane', email: 'jane@example.com', groups: ['dev', 'ops'], uid: '7', team: { name: 'blue' } }
  const cases: readonly (readonly [string, Partial<IssuerWords>, Fields, Fields | RegExp])[] = [
    ['name someone', {}, jane, { name: 'oidc:jane', groups: ['system:authenticated'] }],
    [
      'say the groups, and more',
      {
        claimMappings: {
          username: { expression: 'claims.team.name + ":" + claims.sub' },
          groups: { claim: 'groups', prefix: 'oidc:' },
          uid: { claim: 'uid' },
          extra: [
            { key: 'example.com/team', valueExpression: 'claims.team.name' },
            { key: 'example.com/none', valueExpression: '""' },
          ],
        },
      },
      jane,
      {
        name: 'blue:jane',
        uid: '7',
        groups: ['oidc:dev', 'oidc:ops', 'system:authenticated'],
        extra: { 'example.com/team': ['blue'] },
      },
    ],
    [
      'may be one group',
      { claimMappings: { username, groups: { claim: 'sub', prefix: '' } } },
      jane,
      { name: 'oidc:jane', groups: ['jane', 'system:authenticated'] },
    ],
    ['name nobody', {}, { sub: '' }, /the username is missing/],
    ['are wrong', { claimMappings: { username, groups: { claim: 'team', prefix: '' } } }, jane, /lists of texts/],
    [
      'lack what is wanted',
      { claimValidationRules: [{ claim: 'hd', requiredValue: 'example.com' }] },
      jane,
      /the claim hd/,
    ],
    [
      'break a rule',
      { claimValidationRules: [{ expression: 'claims.sub != "jane"', message: 'not jane' }] },
      jane,
      /^Error: not jane$/,
    ],
    [
      'make someone who may not be',
      { userValidationRules: [{ expression: '!user.username.startsWith("oidc:j")', message: 'no j' }] },
      jane,
      /no j/,
    ],
    [
      'have an email nobody looked at',
      { claimMappings: { username: { claim: 'email', prefix: '' } } },
      { ...jane, email_verified: false },
      /not verified/,
    ],
  ]
  for (const [name, more, claims, expected] of cases)
    test(name, () => {
      if (expected instanceof RegExp) assert.throws(() => userOf(words(more), claims), expected)
      else assert.deepEqual(userOf(words(more), claims), expected)
    })
})

test('a configuration says all that is wrong with it', () => {
  const head = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration' }
  assert.deepEqual(readAuthentication({ ...head, jwt: [words()] }), [words()])
  const wrong = {
    ...head,
    jwt: [
      {
        issuer: { url: 'http://a', audiences: ['a', 'b'] },
        claimMappings: {
          username: { claim: 'sub' },
          groups: { expression: '1' },
          uid: { claim: 'a', expression: 'claims.b' },
        },
        claimValidationRules: [{ expression: 'claims.' }],
        userValidationRule: [],
      },
    ],
  }
  assert.throws(() => readAuthentication(wrong), {
    message: [
      'jwt[0]: there is no field userValidationRule',
      'jwt[0].issuer.url: has to be an https URL',
      'jwt[0].issuer.audienceMatchPolicy: has to be MatchAny where there are several audiences',
      'jwt[0].claimValidationRules[0].expression: line 1, column 7: found . but expecting end of input',
      'jwt[0].claimMappings.username.prefix: has to be said beside claim; it may be empty',
      'jwt[0].claimMappings.groups.expression: must evaluate to string or list but is int',
      'jwt[0].claimMappings.uid: either claim or expression has to be said',
    ].join('; '),
  })
  assert.throws(() => readAuthentication({ kind: 'Config' }), /it is no AuthenticationConfiguration/)
})

describe('tokens of somebody else', () => {
  let provider: TestWebhook
  let server: TestServer
  let now = new Date()
  const keys: { kid: string; jwk: JWK; key: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'] }[] = []

  const addKey = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair('RS256')
    keys.push({ kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' } })
  }
  const token = (claims: Fields = {}, kid = keys[0]?.kid ?? '', audience = 'flotilla') => {
    const { key } = keys.find((each) => each.kid === kid) ?? {}
    assert.ok(key)
    return new SignJWT({ sub: 'jane', groups: ['dev'], ...claims })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer(provider.url)
      .setAudience(audience)
      .setExpirationTime(Math.floor(now.getTime() / 1000) + 300)
      .sign(key)
  }

  before(async () => {
    provider = await startWebhook()
    await addKey('one')
    provider.replies.set('/.well-known/openid-configuration', () => ({
      issuer: provider.url,
      jwks_uri: `${provider.url}/keys`,
    }))
    provider.replies.set('/keys', () => ({ keys: keys.map(({ jwk }) => jwk) }))
    const certificateAuthority = Buffer.from(provider.caBundle, 'base64').toString()
    const claimMappings = { username, groups: { claim: 'groups', prefix: 'oidc:' } }
    const found = { issuer: { ...issuer, url: provider.url, certificateAuthority }, claimMappings }
    server = await startServer({ access: { issuers: [found] }, now: () => now })
  })
  after(async () => {
    await server.close()
    await provider[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    provider.asked.length = 0
  })

  const identify = (text: string) => server.server.identify(text)

  test('say who someone is, and the keys are asked for once', async () => {
    assert.deepEqual(await identify(await token()), { name: 'oidc:jane', groups: ['oidc:dev', 'system:authenticated'] })
    assert.equal((await identify(await token({ sub: 'joe' })))?.name, 'oidc:joe')
    assert.deepEqual(
      provider.asked.map(({ path }) => path),
      ['/.well-known/openid-configuration', '/keys'],
    )
  })

  test('are for others, old, changed or signed by nobody', async () => {
    const good = await token()
    assert.equal(await identify(await token({}, 'one', 'other')), undefined)
    assert.equal(await identify(`${good.slice(0, -10)}AAAAAAAAAA`), undefined)
    assert.equal(await identify('a.b.c'), undefined)
    now = new Date(now.getTime() + 600_000)
    assert.equal(await identify(good), undefined)
  })

  test('may be signed with a new key, which is not asked for all the time', async () => {
    await addKey('two')
    now = new Date(now.getTime() + 60_000)
    assert.equal((await identify(await token({}, 'two')))?.name, 'oidc:jane')
    await addKey('three')
    provider.asked.length = 0
    assert.equal(await identify(await token({}, 'three')), undefined)
    assert.equal(provider.asked.length, 0)
  })

  test('are reviewed', async () => {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token: await token() } }
    const { body } = await server.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', review)
    assert.deepEqual(body.status.user, { username: 'oidc:jane', groups: ['oidc:dev', 'system:authenticated'] })
  })

  test('went wrong without an error', () => assert.deepEqual(server.log.errors, []))
})
