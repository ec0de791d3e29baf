import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountsOf, roomIn, type SharedResourceQuota, sharedResourceQuotaKind } from './index.ts'

/** Ten, of which four are guaranteed to each of two namespaces; two are nobody's. */
const quota = (a: string, b: string, wantedByB?: string): SharedResourceQuota => ({
  apiVersion: sharedResourceQuotaKind.apiVersion,
  kind: sharedResourceQuotaKind.kind,
  metadata: { name: 'company' },
  spec: {
    total: { cpu: '10' },
    shares: [
      { namespace: 'a', guaranteed: { cpu: '4' } },
      { namespace: 'b', guaranteed: { cpu: '4' }, max: { cpu: '8' } },
      { namespace: 'c' },
    ],
  },
  status: {
    shares: [
      { namespace: 'a', used: { cpu: a } },
      { namespace: 'b', used: { cpu: b } },
    ],
    ...(wantedByB && {
      reclaims: [{ namespace: 'b', binding: 'web', wanted: { cpu: wantedByB }, time: '2026-01-01T00:00:00Z' }],
    }),
  },
})

const cases: Readonly<Record<string, readonly [SharedResourceQuota, object]>> = {
  'unused, all of it is there for each, up to its maximum': [
    quota('0', '0'),
    { a: [0, 0, 10], b: [0, 0, 8], c: [0, 0, 10] },
  ],
  "what is nobody's is borrowed before what is others'": [
    quota('6', '0'),
    { a: [2, 0, 4], b: [0, 0, 4], c: [0, 0, 4] },
  ],
  'then others lend': [quota('9', '0'), { a: [5, 0, 1], b: [0, 3, 1], c: [0, 0, 1] }],
  'what may be claimed back is not borrowed': [quota('9', '0', '1'), { a: [5, 0, 0], b: [0, 3, 1], c: [0, 0, 0] }],
  'of more than there is nothing is left': [quota('12', '1'), { a: [8, 0, 0], b: [0, 3, 0], c: [0, 0, 0] }],
}

for (const [name, [about, expected]] of Object.entries(cases)) {
  test(`a quota that namespaces share: ${name}`, () => {
    const account = accountsOf(about).get('cpu')
    assert.ok(account)
    const said = [...account.standings].map(([namespace, { borrowed, lent }]) => [
      namespace,
      [borrowed, lent, roomIn(account, namespace)].map((each) => Number(each) / 1000),
    ])
    assert.deepEqual(Object.fromEntries(said), expected)
  })
}

test('a namespace that has no share has no room', () => {
  const account = accountsOf(quota('0', '0')).get('cpu')
  assert.equal(account && roomIn(account, 'elsewhere'), 0n)
})
