import { setFlagsFromString } from 'node:v8'

/**
 * Lets the heap grow by little more than half between two collections: on a machine with much memory Node would hold several bytes
 * of garbage for each that is used, and a heap that may double holds one. To be called before anything is allocated.
 */
export function holdLittleGarbage(): void {
  setFlagsFromString('--heap-growing-percent=60')
}
