import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type DecodedPacket, decode, encode, type Packet } from 'dns-packet'
import fc from 'fast-check'
import { refusal } from './answer.ts'
import { cluster, noMetrics, serviceImport, shop, slice } from './cluster.test-support.ts'
import { code } from './record.ts'
import { createResponder, type Known, Memory, type Via } from './respond.ts'

const db = 'db.shop.svc.clusterset.local'
const web = 'web.shop.svc.clusterset.local'

const opt = (size: number, more: object = {}) =>
  ({
    type: 'OPT',
    name: '.',
    udpPayloadSize: size,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
    options: [],
    ...more,
  }) as never

const question = (name: string, type = 'A', more: Packet = {}): Buffer =>
  encode({ type: 'query', id: 4711, flags: 256, questions: [{ name, type: type as 'A' }], ...more })

type Read = DecodedPacket & { readonly rcode?: string; readonly flags?: number }

async function asking(made = shop()) {
  await made.settled()
  const respond = createResponder({ zone: made.zone, metrics: noMetrics })
  const ask = (message: Buffer, via: Via = 'udp'): Read => {
    const reply = respond(message, via)
    assert.ok(reply)
    return decode(reply)
  }
  return { ...made, respond, ask }
}

const data = ({ answers }: Read) => answers?.map((each) => ('data' in each ? each.data : undefined))

/** A headless Service of so many endpoints. */
function crowd(size: number) {
  const made = cluster()
  made.import(serviceImport('db', { type: 'Headless', ports: [] }))
  const endpoints = Array.from({ length: size }, (_, i) => ({ addresses: [`10.0.${i >> 8}.${i & 255}`] }))
  made.slice(slice('db', 'all', { cluster: 'paris', endpoints, ports: [{ name: 'sql', port: 1 }] }))
  return made
}

describe('a question in bytes', () => {
  test('is answered with its id, its recursion wish and its letters as they are', async () => {
    const { ask } = await asking()
    for (const name of [web, 'WeB.sHoP.svc.CLUSTERSET.local', web.toUpperCase()]) {
      const reply = ask(question(name))
      assert.equal(reply.id, 4711)
      assert.equal(reply.questions?.[0]?.name, name)
      assert.equal(reply.answers?.[0]?.name, name)
      assert.deepEqual(data(reply), ['10.1.0.1'])
      assert.ok(reply.flag_aa && reply.flag_rd && !reply.flag_ra && !reply.flag_tc)
    }
  })

  test('has no EDNS in its answer unless it had', async () => {
    const { ask } = await asking()
    assert.deepEqual(ask(question(web)).additionals, [])
    const [edns] = ask(question(web, 'A', { additionals: [opt(4096, { flags: 0x8000 })] })).additionals ?? []
    assert.equal(edns?.type, 'OPT')
    assert.ok(edns && 'flag_do' in edns && edns.flag_do)
  })

  test('in a later EDNS is told the version', async () => {
    const { ask } = await asking()
    const reply = ask(question(web, 'A', { additionals: [opt(4096, { ednsVersion: 1 })] }))
    assert.deepEqual(data(reply), [])
    const [edns] = reply.additionals ?? []
    assert.equal(edns && 'extendedRcode' in edns && edns.extendedRcode, 1)
  })

  test('has what is wrong with it said', async () => {
    const { ask, respond } = await asking()
    const good = question(web)
    const changed = (at: number, byte: number): Buffer => {
      const copy = Buffer.from(good)
      copy[at] = byte
      return copy
    }
    assert.equal(ask(changed(2, 0x20)).rcode, 'NOTIMP') // NOTIFY
    assert.equal(ask(changed(5, 0)).rcode, 'FORMERR')
    assert.equal(ask(changed(5, 2)).rcode, 'FORMERR')
    assert.equal(ask(changed(7, 1)).rcode, 'FORMERR')
    assert.equal(ask(changed(12, 0xc0)).rcode, 'FORMERR') // a name that points at itself
    assert.equal(ask(good.subarray(0, 20)).rcode, 'FORMERR')
    assert.equal(ask(question(web, 'A', { additionals: [opt(512), opt(512)] })).rcode, 'FORMERR')
    assert.equal(ask(question('example.com')).rcode, 'REFUSED')
    assert.equal(ask(question(`none.${web}`)).rcode, 'NXDOMAIN')
    assert.equal(respond(changed(2, 0x81), 'udp'), undefined) // an answer is not answered: two servers would never end
    assert.equal(respond(good.subarray(0, 11), 'udp'), undefined)
  })

  test('a dot inside a label is no dot between two', async () => {
    const { ask } = await asking()
    const labels = (...all: string[]) =>
      Buffer.concat(all.map((each) => Buffer.from([each.length, ...Buffer.from(each)])))
    const asked = (...all: string[]) =>
      Buffer.concat([question('.').subarray(0, 12), labels(...all), Buffer.from([0, 0, 1, 0, 1])])
    assert.equal(ask(asked('web', 'shop', 'svc', 'clusterset', 'local')).rcode, 'NOERROR')
    assert.equal(ask(asked('web.shop', 'svc', 'clusterset', 'local')).rcode, 'NXDOMAIN')
    assert.equal(ask(asked('web', 'shop', 'svc', 'clusterset.local')).rcode, 'REFUSED')
    assert.equal(ask(asked('web', 'shop', 'svc.clusterset', 'local')).rcode, 'REFUSED')
  })
})

describe('an answer', () => {
  test('begins with another record each time, whether or not it was given before', async () => {
    const { ask } = await asking(crowd(4))
    const firsts = Array.from({ length: 8 }, () => data(ask(question(db)))?.[0])
    assert.equal(new Set(firsts).size, 4)
    assert.deepEqual(firsts.slice(0, 4), firsts.slice(4))
  })

  test('that is too long says as much as fits, and that it is not all', async () => {
    const { ask } = await asking(crowd(200))
    const short = ask(question(db))
    assert.ok(short.flag_tc)
    assert.equal(short.answers?.length, 29) // of 16 bytes, in 512
    const edns = (size: number) => ask(question(db, 'A', { additionals: [opt(size)] }))
    assert.equal(edns(100).answers?.length, 28)
    assert.equal(edns(800).answers?.length, 46)
    assert.equal(edns(4096).answers?.length, 73) // not more than 1232
    const whole = ask(question(db), 'tcp')
    assert.ok(!whole.flag_tc)
    assert.equal(new Set(data(whole)).size, 200)
  })

  test('leaves out what nobody asked for first', async () => {
    const { ask } = await asking(crowd(6))
    const some = ask(question(`_sql._tcp.${db}`, 'SRV'))
    assert.ok(!some.flag_tc)
    assert.equal(some.answers?.length, 6)
    assert.ok((some.additionals?.length ?? 0) < 6)
    assert.equal(ask(question(`_sql._tcp.${db}`, 'SRV'), 'tcp').additionals?.length, 6)
  })

  test('is another one as soon as the cluster is', async () => {
    const { ask, settled, ...c } = await asking()
    assert.deepEqual(data(ask(question(web))), ['10.1.0.1'])
    assert.equal(ask(question('new.shop.svc.clusterset.local')).rcode, 'NXDOMAIN')
    for (const name of ['web', 'new'])
      c.import(serviceImport(name, { type: 'ClusterSetIP', ips: ['10.1.0.7'], ports: [] }))
    await settled()
    assert.deepEqual(data(ask(question(web))), ['10.1.0.7'])
    assert.deepEqual(data(ask(question('new.shop.svc.clusterset.local'))), ['10.1.0.7'])
    c.removeImport('web')
    await settled()
    assert.equal(ask(question(web)).rcode, 'NXDOMAIN')
  })

  test('to anything is small', async () => {
    const { respond } = await asking(crowd(200))
    assert.ok((respond(question(db, 'ANY'), 'udp')?.length ?? 0) < 100)
  })
})

test('questions that never end are not all remembered, nor answers that are long', () => {
  const reply = refusal(code.refused)
  const known = (): Known => ({
    name: db,
    node: undefined,
    query: { name: db, type: 1, class: 1, bytes: Buffer.alloc(40_000) },
    reply,
    turns: [undefined],
    turn: 0,
  })
  const memory = new Memory()
  for (let i = 0; i < 50_000; i++) memory.put('udp', `${i}`, known())
  assert.ok(memory.size < 30_000)
  for (let i = 0; i < 2000; i++) memory.next(memory.put('tcp', `${i}`, known()), 'tcp')
  assert.ok(memory.size < 500)
})

describe('whatever comes', () => {
  const isSound = (message: Buffer, reply: Buffer | undefined, most: number): void => {
    if (!reply) {
      assert.ok(message.length < 12 || (message[2] ?? 0) & 0x80)
      return
    }
    assert.ok(reply.length <= most)
    assert.equal(message.readUInt8(2) & 0x80, 0)
    const read = decode(reply)
    assert.equal(read.id, message.readUInt16BE(0))
    assert.equal(read.type, 'response')
    if (read.questions?.length) assert.deepEqual(reply.subarray(12, 17), message.subarray(12, 17))
  }

  test('is answered in a way that can be read, or not at all', async () => {
    const { respond } = await asking(crowd(100))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.constantFrom<Via>('udp', 'tcp'), (bytes, via) => {
        const message = Buffer.from(bytes)
        isSound(message, respond(message, via), via === 'udp' ? 1232 : 65_535)
      }),
      { numRuns: 3000 },
    )
  })

  test('so is a question with some bytes changed, cut off or put in', async () => {
    const { respond } = await asking(crowd(100))
    const seeds = [
      question(db),
      question(`_sql._tcp.${db}`, 'SRV', {
        additionals: [opt(1232, { options: [{ code: 'COOKIE', data: Buffer.alloc(8) }] })],
      }),
      question('1.0.0.10.in-addr.arpa', 'PTR', { additionals: [opt(512)] }),
      question('x.'.repeat(120)),
    ]
    const change = fc.record({ at: fc.nat(400), byte: fc.nat(255), cut: fc.nat(3) })
    fc.assert(
      fc.property(fc.constantFrom(...seeds), fc.array(change, { maxLength: 6 }), (seed, changes) => {
        let message = Buffer.from(seed)
        for (const { at, byte, cut } of changes) {
          const where = at % (message.length + 1)
          message = Buffer.concat([message.subarray(0, where), Buffer.from([byte]), message.subarray(where + cut)])
        }
        isSound(message, respond(message, 'udp'), 1232)
      }),
      { numRuns: 5000 },
    )
  })
})
