import assert from 'node:assert/strict'
import { EventEmitter, on, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair, PassThrough } from 'node:stream'
import { json, text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { Attach, Exec, KubeConfig, PortForward, type V1Status } from '@kubernetes/client-node'
import { WebSocket } from 'ws'
import { masters } from '../authorization.ts'
import type { Kubelet } from '../kubelet.ts'
import { deafKubelet } from '../testing/kubelet.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { review, startWebhook } from '../testing/webhook.ts'
import { type Authority, type Credential, openAuthority } from '../tls.ts'
import { type HttpsListener, serveHttps } from './serve.ts'

const dir = await mkdtemp(join(tmpdir(), 'apiserver-sessions-'))
const pods = '/api/v1/namespaces/default/pods'

/** Hears of signals that fired, by the command. */
const ended = new EventEmitter()

const commands: Readonly<
  Record<string, (args: readonly string[], ...rest: Parameters<Kubelet['exec']>) => Promise<number>>
> = {
  exit: async ([code]) => Number(code),
  say: async (_args, _pod, container, command, { stdout, stderr, tty }) => {
    stdout?.write(`${container} ${command.join(' ')}${tty ? ' tty' : ''}\n`)
    stderr?.write('aside\n')
    return 0
  },
  cat: async (_args, _pod, _container, _command, { stdin, stdout }) => {
    if (stdin && stdout) await pipeline(stdin, stdout, { end: false })
    return 0
  },
  size: async (_args, _pod, _container, _command, { stdout, onResize }) => {
    const size = await new Promise<object>(onResize)
    stdout?.write(JSON.stringify(size))
    return 0
  },
  /** Hears of nothing. */
  sulk: async (_args, _pod, _container, _command, { stdout }) => {
    stdout?.write('waiting')
    return new Promise(() => {})
  },
  /** Says as much as is taken, says how much that was, and is done when it is read. */
  flood: async (_args, _pod, _container, _command, { stdout }) => {
    if (!stdout) return 1
    let chunks = 0
    let drain = Promise.resolve<unknown>(undefined)
    for (let isTaken = true; isTaken && chunks < 500; chunks++) {
      if (!stdout.write(Buffer.alloc(256 * 1024))) drain = once(stdout, 'drain')
      isTaken = await Promise.race([drain.then(() => true), setTimeout(500, false)])
    }
    ended.emit('flood', chunks)
    await drain
    return 0
  },
  wait: async (_args, _pod, _container, _command, { stdout }, signal) => {
    stdout?.write('waiting')
    if (!signal.aborted) await once(signal, 'abort')
    ended.emit('wait', signal.reason)
    return 0
  },
}

const kubelet: Kubelet = {
  ...deafKubelet,
  log: () => [{ time: new Date(), text: 'written' }],
  exec: async (pod, container, command, console, signal) => {
    const [name = '', ...args] = command
    const run = commands[name]
    if (!run) throw new Error(`there is no ${name}`)
    return run(args, pod, container, command, console, signal)
  },
  attach: async (_pod, container, { stdout }) => {
    stdout?.write(`attached to ${container}\n`)
    return 0
  },
  connect: async (_pod, port) => {
    if (port === 81) throw new Error('connection refused')
    const [near, far] = duplexPair()
    far.pipe(far)
    return near
  },
}

let authority: Authority
let api: TestServer
let listener: HttpsListener
let admin: Credential
const audited: string[] = []

const running = (name: string) => ({
  name,
  image: 'web',
  imageID: '',
  ready: true,
  restartCount: 0,
  state: { running: {} },
})

async function pod(
  name: string,
  containers: readonly string[],
  { nodeName = 'here', runs = true } = {},
): Promise<void> {
  const all = containers.map((each) => ({ name: each, image: 'web' }))
  const { code } = await api.ask('POST', pods, {
    metadata: { name },
    spec: { containers: all, nodeName: nodeName || undefined },
  })
  assert.equal(code, 201)
  if (runs) await api.ask('PATCH', `${pods}/${name}/status`, { status: { containerStatuses: containers.map(running) } })
}

const start = async (idle?: number): Promise<HttpsListener> =>
  serveHttps({
    servers: [{ prefix: '/', server: api.server }],
    tls: { ca: authority.ca, ...(await authority.server()) },
    tokens: new Map([
      ['alice', { name: 'alice', groups: [] }],
      ['root', { name: 'root', groups: [masters] }],
    ]),
    audit: { level: 'Metadata', write: (line) => audited.push(line) },
    ...(idle !== undefined && { idle }),
  })

before(async () => {
  authority = await openAuthority({ dir })
  admin = await authority.client('admin', { name: 'admin', groups: [masters] })
})
after(() => rm(dir, { recursive: true }))

beforeEach(async () => {
  api = await startServer({ kubelet, access: { tokenKey: await authority.key('tokens') } })
  listener = await start()
  audited.length = 0
  await api.ask('POST', '/api/v1/nodes', { metadata: { name: 'here' } })
  await pod('web', ['web'])
})
afterEach(async () => {
  await listener.close()
  await api.close()
  assert.deepEqual(api.log.errors, [])
})

/** A kubeconfig for `@kubernetes/client-node`. */
function config(): KubeConfig {
  const base64 = (pem: string) => Buffer.from(pem).toString('base64')
  const found = new KubeConfig()
  found.loadFromClusterAndUser(
    { name: 'test', server: listener.url, caData: base64(authority.ca), skipTLSVerify: false },
    { name: 'admin', certData: base64(admin.cert), keyData: base64(admin.key) },
  )
  return found
}

interface Result {
  readonly out: string
  readonly err: string
  readonly status: V1Status
}

async function exec(command: readonly string[], stdin?: PassThrough, tty = false): Promise<Result> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const { promise, resolve } = Promise.withResolvers<V1Status>()
  const client = new Exec(config())
  await client.exec('default', 'web', 'web', [...command], stdout, stderr, stdin ?? null, tty, resolve)
  const [status, out, err] = await Promise.all([promise, text(stdout), text(stderr)])
  return { out, err, status }
}

describe('a client of Node', () => {
  test('hears what a command says, and how it ended', async () => {
    const { out, err, status } = await exec(['say', 'a b', 'c'])
    assert.deepEqual([out, err, status.status], ['web say a b c\n', 'aside\n', 'Success'])
  })

  test('hears of an exit code', async () => {
    const { status } = await exec(['exit', '3'])
    assert.deepEqual(
      [status.reason, status.details?.causes],
      ['NonZeroExitCode', [{ reason: 'ExitCode', message: '3' }]],
    )
  })

  test('hears why a command cannot be run', async () => {
    const { reason, message, code } = (await exec(['dance'])).status
    const why = 'Internal error occurred: error executing command in container: there is no dance'
    assert.deepEqual([reason, message, code], ['InternalError', why, 500])
  })

  test('is heard, to the end of what it says', async () => {
    const stdin = new PassThrough()
    const large = 'x'.repeat(3_000_000)
    stdin.end(large)
    const { out, status } = await exec(['cat'], stdin)
    assert.deepEqual([out.length, status.status], [large.length, 'Success'])
  })

  test('has a terminal, in which there is one way out', async () => {
    const { out, err } = await exec(['say'], undefined, true)
    assert.deepEqual([out, err], ['web say tty\n', ''])
  })

  test('is attached', async () => {
    const stdout = new PassThrough()
    await new Attach(config()).attach('default', 'web', 'web', stdout, null, null, false)
    assert.equal(await text(stdout), 'attached to web\n')
  })

  test('forwards a port', async () => {
    const [input, output, error] = [new PassThrough(), new PassThrough(), new PassThrough()]
    const socket = (await new PortForward(config()).portForward(
      'default',
      'web',
      [80],
      output,
      error,
      input,
    )) as WebSocket
    input.write('hello')
    assert.equal(String((await once(output, 'data'))[0]), 'hello')
    socket.close()
  })

  test('hears that nobody listens on a port', async () => {
    const [output, error] = [new PassThrough(), new PassThrough()]
    await new PortForward(config()).portForward('default', 'web', [81], output, error, new PassThrough())
    assert.match(
      String((await once(error, 'data'))[0]),
      /^error forwarding port 81 to pod web, uid .*: connection refused$/,
    )
  })
})

interface Asked {
  readonly protocols?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly anonymous?: boolean
}

const socketTo = (path: string, { protocols = [], headers = {}, anonymous = false }: Asked = {}): WebSocket =>
  new WebSocket(`${listener.url.replace('https', 'wss')}${path}`, [...protocols], {
    ca: authority.ca,
    headers,
    ...(!anonymous && !headers.authorization && admin),
  })

/** What is said on each channel until the server closes the connection. */
async function heard(socket: WebSocket): Promise<Readonly<Record<string, string>>> {
  const all: Record<string, string> = {}
  socket.on('message', (message: Buffer, isBinary) => {
    const channel = isBinary ? message.readUInt8(0) : Number(message.toString('latin1', 0, 1))
    const data = isBinary ? message.subarray(1) : Buffer.from(message.toString('latin1', 1), 'base64')
    all[channel] = (all[channel] ?? '') + data
  })
  await once(socket, 'close')
  return all
}

const execPath = (...command: readonly string[]) =>
  `${pods}/web/exec?stdout=true&stderr=true&${command.map((each) => `command=${encodeURIComponent(each)}`).join('&')}`

const succeeded = '{"metadata":{},"status":"Success"}'

describe('a WebSocket', () => {
  for (const protocol of ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io']) {
    test(`speaks ${protocol}`, async () => {
      const socket = socketTo(execPath('say'), { protocols: ['v9.channel.k8s.io', protocol] })
      assert.deepEqual(await heard(socket), { 1: 'web say\n', 2: 'aside\n', 3: succeeded })
      assert.equal(socket.protocol, protocol)
    })
  }

  for (const protocols of [['channel.k8s.io'], ['base64.channel.k8s.io'], []]) {
    test(`speaks the first version as ${protocols}`, async () => {
      const said = await heard(socketTo(execPath('exit', '3'), { protocols }))
      assert.deepEqual(said, { 1: '', 3: 'command terminated with non-zero exit code: exit status 3' })
    })
  }

  test('that says when its input ends is answered then', async () => {
    const socket = socketTo(`${execPath('cat')}&stdin=true`, { protocols: ['v5.channel.k8s.io'] })
    const all = heard(socket)
    await once(socket, 'open')
    for (const message of [
      [0, 104, 105],
      [7, 1],
      [255, 0],
      [0, 33],
    ])
      socket.send(Buffer.from(message))
    assert.deepEqual(await all, { 1: 'hi', 3: succeeded })
  })

  test('says how large its terminal is', async () => {
    const socket = socketTo(`${execPath('size')}&tty=true`, { protocols: ['v4.channel.k8s.io'] })
    const all = heard(socket)
    await once(socket, 'open')
    socket.send(Buffer.concat([Buffer.of(4), Buffer.from('{"Width":80,"Height":24}')]))
    assert.deepEqual(await all, { 1: '{"width":80,"height":24}', 3: succeeded })
  })

  test('may say a token as a protocol, which browsers can', async () => {
    const as = (token: string) => `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`
    const socket = socketTo(execPath('say'), { protocols: [as('root'), 'v4.channel.k8s.io'], anonymous: true })
    assert.equal((await heard(socket))[1], 'web say\n')
    assert.equal(socket.protocol, 'v4.channel.k8s.io')
    assert.equal(
      (await refused(execPath('say'), { protocols: [as('nobody'), 'v4.channel.k8s.io'], anonymous: true })).code,
      401,
    )
  })

  test('without a key is none', async () => {
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    const asked = httpsRequest(`${listener.url}${execPath('say')}`, {
      headers,
      ca: authority.ca,
      ...admin,
      agent: false,
    })
    const [{ statusCode }] = await once(asked.end(), 'response')
    assert.equal(statusCode, 400)
  })
})

describe('what goes on', () => {
  /** The next message, once it is there. */
  const next = async (messages: AsyncIterator<[Buffer, boolean]>) => (await messages.next()).value as [Buffer, boolean]
  const messagesOf = (socket: WebSocket) =>
    on(socket, 'message')[Symbol.asyncIterator]() as AsyncIterator<[Buffer, boolean]>

  test('as a watch is told on a WebSocket, event by event', async () => {
    const path = '/api/v1/namespaces/default/configmaps?watch=true'
    const as = `base64url.bearer.authorization.k8s.io.${Buffer.from('root').toString('base64url')}`
    const socket = socketTo(path, { protocols: [as, 'base64.binary.k8s.io'], anonymous: true })
    const messages = messagesOf(socket)
    await once(socket, 'open')
    await api.ask('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'told' } })
    const [message, isBinary] = await next(messages)
    const { type, object } = JSON.parse(String(message))
    assert.deepEqual([type, object.metadata.name, isBinary], ['ADDED', 'told', false])
    const closed = once(socket, 'close')
    await listener.close()
    await closed
  })

  test('as a log is told on a WebSocket, as it is written', async () => {
    for (const protocol of ['', 'binary.k8s.io', 'base64.binary.k8s.io']) {
      const socket = socketTo(`${pods}/web/log`, { protocols: protocol ? [protocol] : [] })
      const messages = messagesOf(socket)
      const said = [await next(messages), await next(messages)].map(([message, isBinary]) =>
        isBinary ? String(message) : Buffer.from(String(message), 'base64').toString(),
      )
      assert.deepEqual([said, socket.protocol], [['', 'written\n'], protocol])
      await once(socket, 'close')
    }
  })

  test('is refused on a WebSocket as elsewhere', async () => {
    assert.equal((await refused(`${pods}/nobody/log`)).code, 404)
    assert.equal((await refused('/api/v1/pods?watch=true', { headers: { authorization: 'Bearer alice' } })).code, 403)
    assert.match(
      (await refused(`${pods}/web/log`, { protocols: ['v4.channel.k8s.io'] })).message ?? '',
      /server accepts \[binary.k8s.io/,
    )
  })

  test('ends when its client leaves', async () => {
    const socket = socketTo('/api/v1/namespaces/default/configmaps?watch=true')
    await once(socket, 'open')
    socket.terminate()
    const isOver = () => audited.some((line) => line.includes('watch') && line.includes('ResponseComplete'))
    while (!isOver()) await setImmediate()
  })
})

/** How a request for a WebSocket is refused. */
async function refused(path: string, asked: Asked = {}) {
  const [, response] = await once(socketTo(path, asked), 'unexpected-response')
  const { code, reason, message } = (await json(response)) as V1Status
  assert.equal(response.statusCode, code)
  return { code, reason, message }
}

/** How one that asks for no other protocol is. */
async function plain(path: string, method = 'GET') {
  const asked = httpsRequest(`${listener.url}${path}`, { method, ca: authority.ca, ...admin, agent: false }).end()
  const [response] = await once(asked, 'response')
  const { code, reason, message } = (await json(response)) as V1Status
  return { code, reason, message }
}

const bad = (message: string) => ({ code: 400, reason: 'BadRequest', message })
const internal = (message: string) => ({
  code: 500,
  reason: 'InternalError',
  message: `Internal error occurred: ${message}`,
})

describe('who asks for what cannot be', () => {
  beforeEach(async () => {
    await pod('two', ['a', 'b'])
    await pod('waiting', ['a'], { nodeName: '', runs: false })
    await pod('lost', ['a'], { nodeName: 'nowhere', runs: false })
    await pod('starting', ['a'], { runs: false })
  })

  const missing = (what: string, name: string) => ({
    code: 404,
    reason: 'NotFound',
    message: `${what} "${name}" not found`,
  })
  const all = 'stdout=true'
  const refusals: readonly (readonly [string, string, object])[] = [
    ['no pod', `nobody/exec?${all}`, missing('pods', 'nobody')],
    ['no node', `waiting/exec?${all}`, bad('pod waiting does not have a host assigned')],
    ['a node that is not there', `lost/exec?${all}`, missing('pods', 'nowhere')],
    [
      'one of several containers',
      `two/attach?${all}`,
      bad('a container name must be specified for pod two, choose one of: [a b]'),
    ],
    ['another container', `two/exec?${all}&container=c`, bad('container c is not valid for pod two')],
    ['no stream', 'web/exec', bad('you must specify at least 1 of stdin, stdout, stderr')],
    [
      'a container that does not run',
      `starting/exec?${all}`,
      internal('unable to upgrade connection: container not found ("a")'),
    ],
    [
      'a port that is none',
      'web/portforward?ports=x',
      bad('cannot convert to []int32: strconv.ParseUint: parsing "x": invalid syntax'),
    ],
    ['a port that nobody has', 'web/portforward?ports=65536', bad('unable to parse "65536" as a port')],
    ['a dry run', `web/exec?${all}&dryRun=All`, bad('dryRun is not supported')],
  ]
  for (const [name, path, expected] of refusals) {
    test(name, async () => assert.deepEqual(await refused(`${pods}/${path}`), expected))
  }

  test('no other protocol', async () => {
    for (const path of [execPath('say'), `${pods}/web/attach?stdin=true`, `${pods}/web/portforward`]) {
      for (const method of ['GET', 'POST']) assert.deepEqual(await plain(path, method), bad('Upgrade request required'))
    }
    assert.equal((await plain(execPath('say'), 'PUT')).code, 405)
  })

  test('a protocol that is not known', async () => {
    const { code, message } = await refused(execPath('say'), { protocols: ['v9.channel.k8s.io'] })
    assert.equal(code, 400)
    assert.match(message ?? '', /client supports \[v9.channel.k8s.io\], server accepts \[v5.channel.k8s.io v4/)
  })

  test('another protocol altogether', async () => {
    const headers = { connection: 'upgrade', upgrade: 'telnet' }
    const asked = httpsRequest(`${listener.url}${execPath('say')}`, {
      headers,
      ca: authority.ca,
      ...admin,
      agent: false,
    })
    const [response] = await once(asked.end(), 'response')
    assert.match(((await json(response)) as V1Status).message ?? '', /telnet is not spoken here/)
  })
})

describe('who may do it', () => {
  const role = '/apis/rbac.authorization.k8s.io/v1'
  const allow = async (name: string, verbs: readonly string[]) => {
    const rules = [{ apiGroups: [''], resources: ['pods/exec'], verbs }]
    await api.ask('POST', `${role}/namespaces/default/roles`, { metadata: { name }, rules })
    await api.ask('POST', `${role}/namespaces/default/rolebindings`, {
      metadata: { name },
      roleRef: { kind: 'Role', name },
      subjects: [{ kind: 'User', name: 'alice' }],
    })
  }
  const alice = { headers: { authorization: 'Bearer alice' }, protocols: ['v4.channel.k8s.io'] }

  test('may create, though a WebSocket asks with GET', async () => {
    const cannot = (verb: string) =>
      `pods "web" is forbidden: User "alice" cannot ${verb} resource "pods/exec" in API group "" in the namespace "default"`
    assert.deepEqual(await refused(execPath('say'), alice), { code: 403, reason: 'Forbidden', message: cannot('get') })
    await allow('looks', ['get'])
    assert.deepEqual(await refused(execPath('say'), alice), {
      code: 403,
      reason: 'Forbidden',
      message: cannot('create'),
    })
    await allow('runs', ['create'])
    assert.equal((await heard(socketTo(execPath('say'), alice)))[1], 'web say\n')
  })

  test('is who he is taken for', async () => {
    const headers = { authorization: 'Bearer root', 'impersonate-user': 'alice' }
    assert.match((await refused(execPath('say'), { headers })).message ?? '', /User "alice" cannot get/)
  })

  test('nobody is not', async () => {
    assert.equal((await refused(execPath('say'), { anonymous: true })).code, 403)
  })

  test('is written down when it begins and when it ends', async () => {
    await heard(socketTo(execPath('exit', '1')))
    const events = audited.map((line) => JSON.parse(line)).filter(({ objectRef }) => objectRef?.subresource === 'exec')
    assert.deepEqual(
      events.map(({ stage, verb, user, responseStatus }) => [stage, verb, user.username, responseStatus.code]),
      [
        ['ResponseStarted', 'get', 'admin', 101],
        ['ResponseComplete', 'get', 'admin', 101],
      ],
    )
  })
})

test('webhooks are asked who may be connected to what', async () => {
  await using webhook = await startWebhook()
  const registration = '/apis/admissionregistration.k8s.io/v1'
  const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/exec'] }]
  const { url, caBundle } = webhook
  for (const kind of ['Mutating', 'Validating']) {
    const name = `${kind.toLowerCase()}.example.com`
    const hook = { name, clientConfig: { url: `${url}/${kind}`, caBundle }, rules, sideEffects: 'None' }
    webhook.replies.set(`/${kind}`, (asked) =>
      review(asked, { allowed: kind === 'Mutating', status: { message: 'no way' } }),
    )
    const { code } = await api.ask('POST', `${registration}/${kind.toLowerCase()}webhookconfigurations`, {
      metadata: { name: 'doors' },
      webhooks: [{ ...hook, admissionReviewVersions: ['v1'] }],
    })
    assert.equal(code, 201)
  }
  const { code, message } = await refused(`${execPath('say', 'a')}&container=web`)
  assert.deepEqual([code, message], [400, 'admission webhook "validating.example.com" denied the request: no way'])
  assert.deepEqual(
    webhook.asked.map(({ path, body: { request } }) => [path, request.operation, request.name, request.subResource]),
    [
      ['/Mutating', 'CONNECT', 'web', 'exec'],
      ['/Validating', 'CONNECT', 'web', 'exec'],
    ],
  )
  const [, { body } = assert.fail('only one was asked')] = webhook.asked
  const asked = {
    kind: 'PodExecOptions',
    apiVersion: 'v1',
    stdout: true,
    stderr: true,
    container: 'web',
    command: ['say', 'a'],
  }
  assert.deepEqual(
    [body.request.kind, body.request.object],
    [{ group: '', version: 'v1', kind: 'PodExecOptions' }, asked],
  )
})

describe('what goes on ends', () => {
  const waiting = async (command = 'wait'): Promise<WebSocket> => {
    const socket = socketTo(execPath(command), { protocols: ['v4.channel.k8s.io'] })
    await new Promise<void>((resolve) => {
      socket.on('message', (message: Buffer) => message.includes('waiting') && resolve())
    })
    return socket
  }

  test('when the client leaves', async () => {
    const socket = await waiting()
    socket.terminate()
    assert.match(String((await once(ended, 'wait'))[0]), /the client has left/)
  })

  test('when the pod goes', async () => {
    const socket = await waiting()
    const [all, gone] = [heard(socket), once(ended, 'wait')]
    await api.ask('DELETE', `${pods}/web`, { gracePeriodSeconds: 0 })
    assert.deepEqual(JSON.parse((await all)[3] ?? '').details.causes, [{ reason: 'ExitCode', message: '137' }])
    assert.match(String((await gone)[0]), /the pod is gone/)
  })

  test('when the container ends', async () => {
    const all = heard(await waiting())
    const state = { terminated: { exitCode: 0 } }
    const containerStatuses = [{ ...running('web'), state }]
    await api.ask('PATCH', `${pods}/web/status`, { status: { containerStatuses } })
    assert.match((await all)[3] ?? '', /137/)
  })

  test('when the server stops', async () => {
    const [socket, stopped] = [await waiting(), once(ended, 'wait')]
    const closed = once(socket, 'close')
    await listener.close()
    await Promise.all([stopped, closed])
  })

  test('when the server stops, even if a process does not hear of it', async () => {
    const closed = once(await waiting('sulk'), 'close')
    await listener.close()
    await closed
  })

  test('not while a client is slow, which is told no more than it reads', async () => {
    const socket = socketTo(execPath('flood'), { protocols: ['v4.channel.k8s.io'] })
    const flooded = once(ended, 'flood')
    await once(socket, 'open')
    socket.pause()
    const [chunks] = await flooded
    assert.ok(chunks < 100, `${chunks} chunks of 256 KiB were taken`)
    const all = heard(socket)
    socket.resume()
    assert.equal((await all)[3], succeeded)
  })

  test('when nobody says anything for long', async () => {
    await listener.close()
    listener = await start(200)
    const socket = await waiting()
    await Promise.all([once(ended, 'wait'), once(socket, 'close')])
  })

  test('for every port that is forwarded when the pod goes', async () => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const socket = (await new PortForward(config()).portForward(
      'default',
      'web',
      [80],
      output,
      null,
      input,
    )) as WebSocket
    input.write('hello')
    await once(output, 'data')
    const closed = new Promise<void>((resolve) => {
      socket.onclose = () => resolve()
    })
    await api.ask('DELETE', `${pods}/web`, { gracePeriodSeconds: 0 })
    await closed
  })
})
