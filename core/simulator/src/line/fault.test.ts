import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Fault, readFault } from './fault.ts'

const readable: Readonly<Record<string, Fault | undefined>> = {
  '': undefined,
  unreachable: { silence: 'unreachable' },
  hanging: { silence: 'hanging' },
  'slow=500ms': { slow: 500 },
  'slow=1.5s, flaky=20%': { slow: 1500, flaky: 0.2 },
  'flaky=100%,watches=1m': { flaky: 1, watches: 60_000 },
}
for (const [text, fault] of Object.entries(readable))
  test(`a fault: "${text}"`, () => assert.deepEqual(readFault(text), fault))

for (const text of [
  'gone',
  'slow',
  'slow=fast',
  'slow=5',
  'slow=61m',
  'flaky=120%',
  'flaky=0.2',
  'watches=0s',
  'unreachable=yes',
])
  test(`no fault: "${text}"`, () =>
    assert.throws(() => readFault(`slow=1s,${text}`), new RegExp(`"${text}" is no fault`)))
