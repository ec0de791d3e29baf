import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top of the checkout. Tests run from `test/dist`. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
