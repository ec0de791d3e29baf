import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { run, values } from './run.test-support.ts'

const same = 'function f(...) return ... end'

describe('values on their way through Lua', () => {
  const through: readonly [name: string, value: unknown][] = [
    ['texts', ['', 'a', 'é€😀', 'line\nbreak "quoted" \\', '\u0000', 'x'.repeat(100_000)]],
    ['numbers', [0, -1, 0.1, 1e21, 2 ** 53 - 1, -2147483648]],
    ['truth', { yes: true, no: false }],
    [
      'names with dots, colons and slashes',
      { 'app.kubernetes.io/name': 'a', 'a:b': 1, 'é.x': 2, '1': 'text', ['__proto__']: 3 },
    ],
    ['lists in lists', [[1, [2, [3]]], [{ a: [1] }]]],
    ['empty ones as they came', { object: {}, list: [], deep: [{ emptyDir: {} }, { items: [] }] }],
    ['many names', Object.fromEntries(Array.from({ length: 6000 }, (_, at) => [`name-${at}`, at]))],
  ]
  for (const [name, value] of through) {
    test(name, async () => assert.deepEqual(await run(same, [value]), [value]))
  }

  test('null is nil, and a field that is nil is not there', async () => {
    assert.deepEqual(await run(same, [null, { a: null, b: 1 }]), [null, { b: 1 }])
    assert.deepEqual(await run('function f(o) o.a = nil return o end', [{ a: 1, b: 2 }]), [{ b: 2 }])
  })

  test('an empty object that is moved stays one, an empty table of a script is a list', async () => {
    const code = `function f(o)
      o.moved = o.a
      o.a = nil
      o.own = {}
      table.remove(o.list, 1)
      return o
    end`
    assert.deepEqual(await run(code, [{ a: {}, list: [{ x: 1 }, { emptyDir: {} }] }]), [
      { moved: {}, own: [], list: [{ emptyDir: {} }] },
    ])
  })

  test('a table in two places is written twice', async () => {
    assert.deepEqual(await run('function f() local t = { 1 } return { a = t, b = t } end'), [{ a: [1], b: [1] }])
  })

  test('a list that was filled from its end is a list', async () => {
    assert.deepEqual(await run('function f() local t = {} for i = 3, 1, -1 do t[i] = i end return t end'), [[1, 2, 3]])
  })

  test('bytes that are no text are replaced', async () => {
    assert.deepEqual(await values('string.char(104, 255)'), ['h\ufffd'])
  })

  const impossible: readonly [expression: string, message: RegExp][] = [
    ['print', /^what it gives: a function cannot be JSON$/],
    ['{ a = { b = print } }', /^what it gives at \.a\.b: a function cannot be JSON$/],
    ['0 / 0', /NaN cannot be JSON/],
    ['{ 1, 1 / 0 }', /^what it gives at \[2\]: Infinity cannot be JSON$/],
    ['{ 1, nil, 3 }', /it is a list without item 2/],
    ['{ [0] = 1 }', /it is a list without item 1/],
    ['{ 1, a = 2 }', /its keys are neither all names nor all numbers/],
    ['{ [true] = 2 }', /its keys are neither all names nor all numbers/],
  ]
  for (const [expression, message] of impossible) {
    test(`${expression} cannot be given`, async () => assert.rejects(values(expression), { message }))
  }

  test('a table in itself cannot be given', async () => {
    await assert.rejects(
      run('function f() local t = {} t.t = t return t end'),
      /nested more than 500 levels deep, or is in itself/,
    )
    await assert.rejects(
      run('function f(o) o.o = o return require("kube").accuratePodRequirements(o) end', [{}]),
      /in itself/,
    )
  })

  test('an object may be 400 levels deep', async () => {
    const deep = JSON.parse(`${'['.repeat(400)}${']'.repeat(400)}`)
    assert.deepEqual(await run(same, [deep]), [deep])
    const deeper = JSON.parse(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`)
    await assert.rejects(run(same, [deeper]), /nested more than 500/)
  })
})
