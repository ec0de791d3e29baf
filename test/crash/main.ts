import { parseArgs } from 'node:util'
import { Crash } from './crash.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
})

console.log(`seed ${values.seed}`)
const began = performance.now()
const { rounds, acknowledged, early, resumed, expired } = await new Crash(Number(values.seed)).run(
  Number(values.rounds),
)
console.log(
  `${rounds} lives in ${((performance.now() - began) / 1000).toFixed(0)} s, and ${early} that ended before they began: ${acknowledged} writes were acknowledged, none is lost or torn; ` +
    `${resumed} watches went on, ${expired} were told to list again`,
)
