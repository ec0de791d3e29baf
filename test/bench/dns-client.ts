import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** What a client is to ask, and where. */
export interface Asking {
  readonly port: number
  /** Services to ask about. */
  readonly n: number
  readonly seconds: number
  /** Only those with hundreds of endpoints, which are asked with EDNS. */
  readonly headless: boolean
  /** Letters are large and small at random, as some resolvers have them: hardly two questions are the same. */
  readonly random: boolean
}

export interface Asked {
  readonly answers: number
  readonly seconds: number
  readonly lost: number
}

/** So many questions are on their way at once. */
const width = 64
/** A question without an answer for so long, in milliseconds, is lost. */
const patience = 500

const anyCase = (text: string): string =>
  [...text].map((char) => (Math.random() < 0.5 ? char.toUpperCase() : char)).join('')

const question = (name: string): Buffer => {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)]))
  const header = Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1])
  const opt = Buffer.from([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0])
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, 1, 0, 1]), opt])
}

function questions({ n, headless, random }: Asking): readonly Buffer[] {
  const all = Array.from({ length: random ? 200_000 : n }, (_, i) => i % n).filter((i) => !headless || i % 10 === 0)
  const some = headless ? all : all.filter((i) => i % 10 !== 0)
  const letters = random ? anyCase : (text: string) => text
  return some.map((i) => question(letters(`s${i}.shop.svc.clusterset.local`)))
}

async function ask(asking: Asking): Promise<Asked> {
  const all = questions(asking)
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 })
  socket.connect(asking.port, '127.0.0.1')
  await once(socket, 'connect')
  const sent = new Map<number, number>()
  let [next, answers, lost] = [0, 0, 0]
  const send = () => {
    const message = all[next % all.length] ?? Buffer.alloc(0)
    const id = next++ & 0xffff
    message.writeUInt16BE(id, 0)
    sent.set(id, performance.now())
    socket.send(Buffer.from(message))
  }
  const start = performance.now()
  const end = start + asking.seconds * 1000
  socket.on('message', (message) => {
    if (sent.delete(message.readUInt16BE(0))) answers++
    if (performance.now() < end) send()
  })
  const sweep = setInterval(() => {
    for (const [id, at] of sent) {
      if (performance.now() - at < patience) continue
      sent.delete(id)
      lost++
      if (performance.now() < end) send()
    }
  }, 100)
  for (let i = 0; i < width; i++) send()
  await new Promise((resolve) => setTimeout(resolve, asking.seconds * 1000))
  clearInterval(sweep)
  socket.close()
  return { answers, seconds: (performance.now() - start) / 1000, lost }
}

process.once('message', (asking) => {
  void ask(asking as Asking).then((asked) => process.send?.(asked))
})
