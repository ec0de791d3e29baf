import type { Storage } from './storage.ts'

/** Keeps nothing beyond the process. */
export const memoryStorage = (): Storage => ({
  open: async () => ({ revision: 0, rows: [], changed: new Map() }),
  commit: async () => {},
  close: async () => {},
})
