import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { run, values } from './run.test-support.ts'

const refused = [
  ...['collectgarbage', 'dofile', 'getfenv', 'getmetatable', 'load', 'loadfile', 'loadstring', 'rawequal', 'rawget'],
  ...['rawset', 'setfenv', 'setmetatable', 'module', 'newproxy', 'string.dump', 'string.gsub', 'string.rep'],
  ...['package.loadlib', 'package.seeall'],
]

describe('what scripts find', () => {
  for (const name of refused) {
    test(`${name} is refused`, async () => {
      const said = `call function ${name.split('.').at(-1)} is not supported in karmada customized resourceinterpreter.`
      await assert.rejects(run(`function f()\n  local x = ${name}({}) end`), { message: `line 2: ${said}` })
    })
  }

  test('a refused method of a string is refused, too', async () => {
    await assert.rejects(values('(("x"):rep(3))'), /call function rep is not supported/)
    await assert.rejects(values('(("x"):gsub("x", "y"))'), /call function gsub is not supported/)
  })

  test('there are no files, processes, coroutines and nothing of the host', async () => {
    const absent = [
      'io',
      'debug',
      'coroutine',
      'os.execute',
      'os.getenv',
      'os.exit',
      'os.remove',
      'os.clock',
      'host',
      'process',
    ]
    assert.deepEqual(
      await values(absent.join()),
      absent.map(() => null),
    )
  })

  for (const name of ['find', 'len', 'format', 'lower', 'match', 'gmatch', 'byte', 'reverse', 'sub', 'upper']) {
    test(`string.${name} takes no more than 1,000,000 bytes`, async () => {
      const code = `function f(s) local x = string.${name}(s, s) end`
      await assert.rejects(run(code, ['a'.repeat(1_000_001)]), {
        message: `line 1: bad argument #1 to '${name}' (string longer than 1000000 bytes)`,
      })
    })
  }

  test('only what is built in can be required', async () => {
    await assert.rejects(run('local x = require("socket")\nfunction f() end'), {
      message: 'line 1: module socket not found',
    })
    assert.deepEqual(await values('require("kube") == require("kube"), require("string") == string'), [true, true])
    const own = 'package.preload.mine = function() return { a = 1 } end function f() return require("mine").a end'
    assert.deepEqual(await run(own), [1])
  })

  test('what a script changes is gone with the call', async () => {
    const vandal = `
      n = (n or 0) + 1
      string.upper, table.concat, kept = nil, nil, true
      require("kube").resourceAdd = nil
      package.loaded.string = nil
      local mine = 0
      function f() mine = mine + 1 return n, mine, string.upper end`
    assert.deepEqual(await run(vandal), [1, 1, null])
    assert.deepEqual(await run(vandal), [1, 1, null])
    const next =
      'function f() return kept, string.upper("a"), ("a"):upper(), table.concat({1}), type(require("kube").resourceAdd) end'
    assert.deepEqual(await run(next), [null, 'A', 'A', '1', 'function'])
  })
})

const template = {
  spec: {
    nodeSelector: { disk: 'ssd' },
    containers: [
      { name: 'a', resources: { requests: { cpu: '100m' }, limits: { memory: '64Mi' } } },
      { name: 'b', resources: { requests: { cpu: 1 } }, envFrom: [{ configMapRef: { name: 'settings' } }] },
    ],
    volumes: [{ name: 'v', secret: { secretName: 'key' } }],
  },
}

const kube = (body: string, ...args: readonly unknown[]) =>
  run(`local kube = require("kube")\nfunction f(a, b) ${body} end`, args)

describe('the library kube', () => {
  const sums: readonly [args: string, sum: string][] = [
    ['"1", "500m"', '1500m'],
    ['"1Gi", "512Mi"', '1536Mi'],
    ['nil, "100m"', '100m'],
    ['', '0'],
    ['"0.5", "0.5"', '1'],
    ['"1Gi", "1M", nil', '1074741824'],
  ]
  for (const [args, sum] of sums) {
    test(`resourceAdd(${args}) is ${sum}`, async () => {
      assert.deepEqual(await kube(`return kube.resourceAdd(${args})`), [sum])
    })
  }

  test('resourceAdd adds quantities only', async () => {
    await assert.rejects(kube('return (kube.resourceAdd("1", 2))'), {
      message: 'line 2: bad argument #2 to resourceAdd (string expected, got number)',
    })
    await assert.rejects(kube('return (kube.resourceAdd("much"))'), /line 2: .*much/)
  })

  test('getResourceQuantity is a number', async () => {
    const body =
      'return kube.getResourceQuantity("1500m"), kube.getResourceQuantity("2Ki"), kube.getResourceQuantity(nil)'
    assert.deepEqual(await kube(body), [1.5, 2048, 0])
    await assert.rejects(kube('return (kube.getResourceQuantity("-1"))'), /line 2: the quantity -1 is negative/)
  })

  test('accuratePodRequirements is what native interpreters say', async () => {
    assert.deepEqual(await kube('return kube.accuratePodRequirements(a)', template), [
      { nodeClaim: { nodeSelector: { disk: 'ssd' } }, resourceRequest: { cpu: '1100m', memory: '64Mi' } },
    ])
    assert.deepEqual(await kube('return kube.accuratePodRequirements(a)', { spec: { containers: [] } }), [null])
    const made =
      'return kube.accuratePodRequirements({ spec = { containers = { { resources = {} } }, nodeSelector = {}, tolerations = {} } })'
    assert.deepEqual(await kube(made), [null], 'an empty table of a script is nothing')
    await assert.rejects(kube('return (kube.accuratePodRequirements(5))'), /table expected, got number/)
    await assert.rejects(kube('return (kube.accuratePodRequirements(a))', { spec: { containers: 5 } }), /line 2: /)
  })

  test('getPodDependencies is what native interpreters say', async () => {
    const found = (namespace: string) => [
      { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'settings' },
      { apiVersion: 'v1', kind: 'Secret', namespace, name: 'key' },
    ]
    assert.deepEqual(await kube('return kube.getPodDependencies(a, b)', template, 'shop'), [found('shop')])
    assert.deepEqual(await kube('return kube.getPodDependencies(a)', template), [found('default')])
  })
})
