import { setFlagsFromString } from 'node:v8'

/**
 * Lets the heap grow by six tenths between two collections, not by several times: on a machine with much memory Node would
 * hold several bytes of garbage for each that is used. Measured with 1000 Deployments on two members: 400 MiB instead
 * of 500, in the same time. To be called before anything is allocated.
 */
export function holdLittleGarbage(): void {
  setFlagsFromString('--heap-growing-percent=60')
  setFlagsFromString('--max-semi-space-size=32')
}
