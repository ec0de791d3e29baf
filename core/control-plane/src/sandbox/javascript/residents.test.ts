import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Residents } from './residents.ts'

const limits = { timeout: 1, memory: 10, output: 1 }

/** Programs that hold as much as their code says; calls are answered with how often they were called since they were made. */
function residents(room: number) {
  const made: string[] = []
  const held = new Residents(({ code }) => {
    if (Number.isNaN(Number(code))) throw new Error(`!${code}`)
    let calls = 0
    let isAlive = true
    made.push(code)
    return {
      functions: '["f"]',
      get size() {
        return Number(code) + (calls > 2 ? 20 : 0)
      },
      get isAlive() {
        return isAlive
      },
      call: (name) => {
        calls += 1
        if (name === 'die') isAlive = false
        return `=${calls}`
      },
      close: () => {
        isAlive = false
      },
    }
  }, room)
  const tell = (...codes: readonly string[]) =>
    codes.forEach((code, index) => {
      held.know(index, { ...limits, code })
    })
  return { held, made, tell }
}

test('a program is made when it is needed, and once', () => {
  const { held, made, tell } = residents(100)
  tell('1', '2')
  assert.deepEqual(made, [])
  assert.equal(held.load(0), '=["f"]')
  assert.equal(held.call(0, 'f', '[]'), '=1')
  assert.equal(held.call(0, 'f', '[]'), '=2')
  assert.deepEqual(made, ['1'])
})

test('who was not called for the longest time makes room', () => {
  const { held, tell } = residents(25)
  tell('10', '11', '12')
  for (const program of [0, 1, 0]) held.call(program, 'f', '[]')
  held.call(2, 'f', '[]') // too much for three: 1 goes
  assert.equal(held.call(0, 'f', '[]'), '=3')
  assert.equal(held.call(1, 'f', '[]'), '=1')
})

test('a program that holds far more than it may begins anew', () => {
  const { held, tell } = residents(100)
  tell('1')
  for (const answer of ['=1', '=2', '=3', '=1']) assert.equal(held.call(0, 'f', '[]'), answer)
})

test('a program that died begins anew', () => {
  const { held, tell } = residents(100)
  tell('1')
  held.call(0, 'die', '[]')
  assert.equal(held.call(0, 'f', '[]'), '=1')
})

test('a program that cannot be made says so at every call', () => {
  const { held, tell } = residents(100)
  tell('no number')
  assert.equal(held.load(0), '!no number')
  assert.equal(held.call(0, 'f', '[]'), '!no number')
})

test('a program that was dropped is not here', () => {
  const { held, tell } = residents(100)
  tell('1')
  held.load(0)
  held.drop(0)
  assert.equal(held.call(0, 'f', '[]'), '!it is not here')
})
