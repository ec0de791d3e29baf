import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Duplex, duplexPair } from 'node:stream'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { constants, createDeflate } from 'node:zlib'
import fc from 'fast-check'
import { SpdyConnection, type SpdyStream } from './connection.ts'
import { type Frame, FrameReader, flag, frame, reason, type } from './frame.ts'
import { dictionary, HeaderReader, HeaderWriter } from './header.ts'

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const sized = (value: string): Buffer => Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)])

const blockOf = (headers: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat([
    number(Object.keys(headers).length),
    ...Object.entries(headers).flatMap(([name, value]) => [sized(name), sized(value)]),
  ])

/** Compresses headers as a client does. */
class Compressor {
  readonly #deflate = createDeflate({ dictionary })
  readonly #parts: Buffer[] = []

  constructor() {
    this.#deflate.on('data', (part) => this.#parts.push(part))
  }

  compress(block: Buffer): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#deflate.write(block)
      this.#deflate.flush(constants.Z_SYNC_FLUSH, () => resolve(Buffer.concat(this.#parts.splice(0))))
    })
  }
}

/** The checksum by which a compressed text says which dictionary it means. */
function adler32(bytes: Buffer): number {
  let [low, high] = [1, 0]
  for (const byte of bytes) {
    low = (low + byte) % 65_521
    high = (high + low) % 65_521
  }
  return high * 65_536 + low
}

test('the dictionary is that of SPDY/3', () => {
  assert.deepEqual([dictionary.length, adler32(dictionary)], [1423, 0xe3c6a7c2])
})

test('headers are read, each with what came before', async () => {
  const [compressor, reader] = [new Compressor(), new HeaderReader()]
  const all: readonly Record<string, string>[] = [
    { streamtype: 'error' },
    { StreamType: 'data', port: '80' },
    {},
    { streamtype: 'stdin' },
  ]
  for (const headers of all) {
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
    const read = await reader.read(await compressor.compress(blockOf(headers)))
    assert.deepEqual([...read], lower)
  }
  reader.close()
})

test('headers that are none, or too many, are refused', async () => {
  const blocks: readonly (Buffer | Promise<Buffer>)[] = [
    Buffer.from('nonsense'),
    new Compressor().compress(Buffer.concat([number(1), number(99)])),
    new Compressor().compress(number(2 ** 31)),
    new Compressor().compress(blockOf({ bomb: ' '.repeat(1024 * 1024) })),
  ]
  for (const block of blocks) await assert.rejects(new HeaderReader().read(await block))
})

test('what we say in headers can be read', async () => {
  const [writer, reader] = [new HeaderWriter(), new HeaderReader()]
  for (let i = 0; i < 3; i++) assert.deepEqual([...(await reader.read(writer.empty()))], [])
})

const summary = (each: Frame): unknown =>
  'type' in each ? [each.type, each.flags, each.body.toString('hex')] : [each.stream, each.isLast, each.data.toString()]

/** Parts of one frame as one. */
function joined(frames: Iterable<Frame>): readonly unknown[] {
  const all: Frame[] = []
  for (const each of frames) {
    const last = all.at(-1)
    const isMore = last && !('type' in each) && !('type' in last) && last.stream === each.stream && !last.isLast
    if (isMore) all[all.length - 1] = { ...each, data: Buffer.concat([last.data, each.data]) }
    else all.push(each)
  }
  return all.map(summary)
}

test('frames are the same however they are cut', () => {
  const sent = Buffer.concat([
    frame.synStream(1, Buffer.from('block')),
    frame.data(1, Buffer.from('hello')),
    frame.ping(7),
    frame.data(3, Buffer.from('end'), flag.fin),
    frame.data(1, Buffer.alloc(0), flag.fin),
    frame.rstStream(3, reason.cancel),
  ])
  const expected = joined(new FrameReader().read(sent))
  assert.deepEqual(expected.slice(1), [
    [1, false, 'hello'],
    [type.ping, 0, '00000007'],
    [3, true, 'end'],
    [1, true, ''],
    [type.rstStream, 0, '0000000300000005'],
  ])
  fc.assert(
    fc.property(fc.array(fc.nat(sent.length)), (cuts) => {
      const reader = new FrameReader()
      const places = [0, ...cuts.sort((a, b) => a - b), sent.length]
      const chunks = places.slice(1).map((end, i) => sent.subarray(places[i], end))
      assert.deepEqual(joined(chunks.flatMap((chunk) => [...reader.read(chunk)])), expected)
    }),
  )
})

test('whatever comes is read, or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        for (const each of new FrameReader().read(Buffer.from(bytes))) assert.ok(each)
      } catch (error) {
        assert.match(String(error), /SPDY|control frame/)
      }
    }),
  )
})

/** A client's side of a connection. */
class Client {
  readonly #duplex: Duplex
  readonly #compressor = new Compressor()
  readonly heard: unknown[] = []

  constructor(duplex: Duplex) {
    this.#duplex = duplex
    const reader = new FrameReader()
    duplex.on('data', (chunk) => this.heard.push(...joined(reader.read(chunk))))
  }

  say(...bytes: readonly Buffer[]): void {
    this.#duplex.write(Buffer.concat(bytes))
  }

  async open(id: number, headers: Readonly<Record<string, string>> = {}, flags = 0): Promise<void> {
    this.say(frame.synStream(id, await this.#compressor.compress(blockOf(headers)), flags))
  }

  /** Resolves when a frame was heard that begins like this. */
  async hears(...wanted: readonly unknown[]): Promise<void> {
    const beginning = JSON.stringify(wanted).replace(/"?\]$/, '')
    while (!this.heard.some((each) => JSON.stringify(each).startsWith(beginning))) await once(this.#duplex, 'data')
  }
}

interface Pair {
  readonly client: Client
  readonly near: Duplex
  readonly spdy: SpdyConnection
  readonly streams: SpdyStream[]
  readonly running: Promise<void>
  readonly said: () => number
}

function pair(context: TestContext, onStream: (stream: SpdyStream) => void = () => {}): Pair {
  const [near, far] = duplexPair()
  const streams: SpdyStream[] = []
  let said = 0
  const take = (stream: SpdyStream) => {
    streams.push(stream)
    onStream(stream)
  }
  const spdy = new SpdyConnection(far, take, () => said++)
  const running = spdy.run()
  context.after(async () => {
    near.destroy()
    far.destroy()
    await running
  })
  return { client: new Client(near), near, spdy, streams, running, said: () => said }
}

test('both sides talk on a stream, and end it', async (context) => {
  const { client, streams } = pair(context, (stream) => stream.pipe(stream))
  await client.open(1, { streamtype: 'data' })
  client.say(frame.data(1, Buffer.from('hello')), frame.data(1, Buffer.from(' you'), flag.fin))
  await client.hears(type.synReply)
  await client.hears(1, false, 'hello')
  await client.hears(1, true, '')
  assert.equal(streams[0]?.headers.get('streamtype'), 'data')
})

test('a stream that was over from the beginning says nothing', async (context) => {
  const { client, streams } = pair(context)
  await client.open(1, {}, flag.fin)
  await client.hears(type.synReply)
  assert.equal(await text(streams[0] as SpdyStream), '')
})

test('who asks whether anybody is there is told so', async (context) => {
  const { client } = pair(context)
  client.say(frame.ping(2), frame.ping(9))
  await client.hears(type.ping, 0, '00000009')
  assert.equal(client.heard.length, 1) // an even one is the answer to ours
})

test('a stream that one side breaks off is broken for both', async (context) => {
  const { client, streams } = pair(context)
  await client.open(1)
  await client.open(3)
  await client.hears(type.synReply, 0, '00000003')
  client.say(frame.rstStream(1, reason.cancel))
  await once(streams[0] as SpdyStream, 'close')
  streams[1]?.destroy()
  await client.hears(type.rstStream, 0, '0000000300000005')
})

test('who does not read is not read from', async (context) => {
  const { client, near, streams } = pair(context)
  await client.open(1)
  const chunk = frame.data(1, Buffer.alloc(64 * 1024))
  let sent = 0
  while (near.write(chunk)) sent++
  assert.ok(sent < 20, `${sent} chunks were taken`)
  await client.hears(type.synReply)
  for (let round = 0; round < 50 && !near.writableNeedDrain; round++) near.write(chunk)
  assert.ok(near.writableNeedDrain)
  streams[0]?.resume()
  await once(near, 'drain')
})

test('nobody has more than so many streams', async (context) => {
  const { client } = pair(context)
  for (let id = 1; id <= 2001; id += 2) await client.open(id)
  await client.hears(type.rstStream, 0, '000007d100000003')
})

test('a connection that says what is not SPDY ends', async (context) => {
  for (const bytes of [
    'GET / HTTP/1.1\r\n\r\n'.repeat(10),
    '\x80\x02aaaaaaaaaaa',
    '\x80\x03\x00\x01\x00\xff\xff\xff',
  ]) {
    const { near, running } = pair(context)
    near.resume().end(Buffer.from(bytes, 'latin1'))
    await running
  }
})

test('a number that was there before is no new stream', async (context) => {
  const { client, running, streams } = pair(context)
  await client.open(3)
  await client.open(3)
  await running
  assert.ok(streams[0]?.destroyed)
})

test('at the end all is sent that was said', async (context) => {
  const { client, near, spdy } = pair(context, (stream) => stream.end('last'))
  await client.open(1)
  await client.hears(1, false, 'last')
  spdy.end()
  await client.hears(type.goAway)
  near.end()
})
