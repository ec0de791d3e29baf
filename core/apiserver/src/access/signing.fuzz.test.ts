import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { jane, node } from '../testing/certificate-requests.ts'
import { startServer } from '../testing/server.ts'

const api = await startServer()
after(async () => {
  await api.close()
  assert.deepEqual(api.log.errors, [])
})

const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests'

/** What the server says of a request in base64: it is asked without keeping it. */
const said = async (request: unknown): Promise<number> => {
  const spec = { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] }
  const { code, body } = await api.ask('POST', `${path}?dryRun=All`, { metadata: { name: 'a' }, spec })
  if (code !== 201) assert.equal(body.kind, 'Status', JSON.stringify(body))
  return code
}

const refusals: ReadonlySet<number> = new Set([400, 422])
const runs = { seed: 1, numRuns: 250 }

const pemOf = (request: string): string => Buffer.from(request, 'base64').toString()
const derOf = (request: string): Buffer => Buffer.from(pemOf(request).replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
const asRequest = (der: Uint8Array): string => {
  const lines = Buffer.from(der).toString('base64')
  return encoded(`-----BEGIN CERTIFICATE REQUEST-----\n${lines}\n-----END CERTIFICATE REQUEST-----\n`)
}
const encoded = (text: string): string => Buffer.from(text).toString('base64')

const spliced = (text: string, at: number, gone: number, more: string): string => {
  const from = at % text.length
  return text.slice(0, from) + more + text.slice(from + gone)
}
const sound = fc.constantFrom(jane, node)

test('a request is taken as it is', async () => {
  for (const request of [jane, node, asRequest(derOf(jane))]) assert.equal(await said(request), 201)
})

/** What the signature is over: the first of the three things in it, whose length is in one byte. */
const signedPart = 3
const signedEnd = (der: Buffer): number => signedPart + 3 + (der[signedPart + 2] ?? 0)

test('one with another byte in what is signed, or cut off, is refused in words', () =>
  fc.assert(
    fc.asyncProperty(
      sound,
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      async (request, at, by, isCut) => {
        const der = derOf(request)
        const place = isCut ? at % der.length : signedPart + (at % (signedEnd(der) - signedPart))
        der[place] = (der[place] ?? 0) ^ by
        const code = await said(asRequest(isCut ? der.subarray(0, place) : der))
        assert.ok(refusals.has(code), `${code}`)
      },
    ),
    runs,
  ))

test('whatever else it is made of is taken or refused in words, soon', () => {
  const text = fc.oneof(
    fc
      .tuple(sound, fc.nat(), fc.nat(20), fc.string({ maxLength: 5 }))
      .map(([of, at, gone, more]) => encoded(spliced(pemOf(of), at, gone, more))),
    fc
      .tuple(sound, fc.constantFrom('CERTIFICATE', 'PRIVATE KEY', 'NEW CERTIFICATE REQUEST', ''))
      .map(([of, label]) => encoded(pemOf(of).replaceAll('CERTIFICATE REQUEST', label))),
    fc.tuple(sound, fc.nat(), fc.nat(255)).map(([of, at, by]) => {
      const der = derOf(of)
      der[at % der.length] = by
      return asRequest(der)
    }),
    fc.uint8Array({ maxLength: 60 }).map(asRequest),
    // lengths that promise much, nests that do not end
    fc
      .constantFrom('3084ffffffff', '3080', '30840fffffff02', 'a080', '0484ffffffff', '1f8f')
      .map((hex) => asRequest(Buffer.from(hex.repeat(400), 'hex'))),
    fc.string({ unit: 'binary' }).map(encoded),
  )
  const asked = fc.oneof(
    { weight: 9, arbitrary: text },
    fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constant([])),
  )
  return fc.assert(
    fc.asyncProperty(asked, async (request) => {
      const began = performance.now()
      const code = await said(request)
      assert.ok(code === 201 || refusals.has(code), `${code}`)
      assert.ok(performance.now() - began < 2_000, 'it took its time')
    }),
    runs,
  )
})
