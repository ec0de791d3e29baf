import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startServer, type TestServer } from '../testing/server.ts'

const services = '/api/v1/namespaces/default/services'
const named = (name: string, spec: object = {}) => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } })

describe('a Service is given', () => {
  let server: TestServer
  before(async () => {
    server = await startServer({ services: { range: '10.96.0.0/29', nodePorts: [30_000, 30_001] } }) // 10.96.0.2 to .6
  })
  after(() => server.close())

  const create = async (name: string, spec?: object) => (await server.ask('POST', services, named(name, spec))).body
  const remove = (name: string) => server.ask('DELETE', `${services}/${name}`)

  test('an address that nobody has, also when many ask at once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const made = await Promise.all(names.map((name) => create(name)))
    const addresses = made.map(({ spec }) => spec.clusterIP)
    assert.deepEqual(addresses.toSorted(), ['10.96.0.2', '10.96.0.3', '10.96.0.4', '10.96.0.5', '10.96.0.6'])
    assert.match((await create('f')).message, /failed to allocate an IP: range is full/)
    for (const name of names) await remove(name)
  })

  test('what it asks for, unless another has it or it is elsewhere', async () => {
    const { spec } = await create('a', { clusterIP: '10.96.0.3' })
    assert.deepEqual([spec.clusterIP, spec.clusterIPs], ['10.96.0.3', ['10.96.0.3']])
    assert.match((await create('b', { clusterIP: '10.96.0.3' })).message, /provided IP is already allocated/)
    assert.match((await create('b', { clusterIP: '10.97.0.3' })).message, /is not in the valid range/)
    await remove('a')
  })

  test('ports of the nodes as its type wants them, and none any more when it does not', async () => {
    const { spec } = await create('a', { type: 'NodePort' })
    const { nodePort } = spec.ports[0]
    assert.ok([30_000, 30_001].includes(nodePort))
    const taken = await create('b', { type: 'NodePort', ports: [{ port: 80, nodePort }] })
    assert.match(taken.message, /provided port is already allocated/)
    const udp = await create('b', { type: 'NodePort', ports: [{ port: 80, protocol: 'UDP', nodePort }] })
    assert.equal(udp.spec.ports[0].nodePort, nodePort) // the two do not meet
    const { body } = await server.ask('PATCH', `${services}/a`, { spec: { type: 'ClusterIP' } })
    assert.deepEqual([body.spec.ports[0].nodePort, body.spec.clusterIP], [undefined, spec.clusterIP])
    for (const name of ['a', 'b']) await remove(name)
  })

  test('the port it had when a writer leaves it out', async () => {
    const { spec } = await create('a', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_001 }] })
    assert.equal(spec.ports[0].nodePort, 30_001)
    const { body } = await server.ask('PATCH', `${services}/a`, { spec: { ports: [{ port: 80, targetPort: 8080 }] } })
    assert.deepEqual([body.spec.ports[0].nodePort, body.spec.ports[0].targetPort], [30_001, 8080])
    await remove('a')
  })

  test('nothing where it is only a name, or has none', async () => {
    const made = [
      await create('a', { type: 'ExternalName', externalName: 'example.com' }),
      await create('b', { clusterIP: 'None' }),
    ]
    assert.deepEqual(
      made.map(({ spec }) => spec.clusterIP),
      [undefined, 'None'],
    )
    for (const name of ['a', 'b']) await remove(name)
  })

  test('nothing by a server that is not told which', async () => {
    const other = await startServer()
    const { body } = await other.ask('POST', services, named('a', { type: 'NodePort' }))
    assert.deepEqual([body.spec.clusterIP, body.spec.ports[0].nodePort], [undefined, undefined])
    await other.close()
  })
})
