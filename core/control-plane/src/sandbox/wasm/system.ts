/** What a module for WASI finds: a system with no files, no network, no arguments and no environment. */

const errno = { success: 0, badFile: 8, notCapable: 76 }

/** How many bytes are kept of what a module prints. */
const kept = 2 ** 11

/** A module left by itself. */
class Exit extends Error {}

/** A system, and what its module printed last. */
export interface System {
  readonly functions: Readonly<Record<string, (...args: never[]) => number>>
  /** What was printed since it was asked for the last time. */
  printed(): string
}

const isStandard = (file: number): boolean => file >= 0 && file <= 2

/** Milliseconds are fine enough. */
const now = (clock: number): bigint => BigInt(Math.floor(clock === 0 ? Date.now() : performance.now())) * 1_000_000n

/** The system of one instance, whose memory is there once it runs. */
export function systemOn(memory: () => ArrayBuffer): System {
  const view = () => new DataView(memory())
  let printed: Uint8Array = new Uint8Array()

  const print = (bytes: Uint8Array): void => {
    printed = Uint8Array.from([...printed, ...bytes.subarray(-kept)]).slice(-kept)
  }
  const none = (count: number, size: number): number => {
    view().setUint32(count, 0, true)
    view().setUint32(size, 0, true)
    return errno.success
  }
  const success = (): number => errno.success

  return {
    printed() {
      const text = new TextDecoder().decode(printed).trim()
      printed = new Uint8Array()
      return text
    },
    functions: {
      args_sizes_get: none,
      args_get: success,
      environ_sizes_get: none,
      environ_get: success,
      sched_yield: success,
      clock_res_get(_clock: number, at: number) {
        view().setBigUint64(at, 1_000_000n, true)
        return errno.success
      },
      clock_time_get(clock: number, _precision: bigint, at: number) {
        view().setBigUint64(at, now(clock), true)
        return errno.success
      },
      random_get(at: number, length: number) {
        const bytes = new Uint8Array(memory(), at, length)
        for (let from = 0; from < length; from += 2 ** 16) crypto.getRandomValues(bytes.subarray(from, from + 2 ** 16))
        return errno.success
      },
      fd_fdstat_get(file: number, at: number) {
        if (!isStandard(file)) return errno.badFile
        new Uint8Array(memory(), at, 24).fill(0)
        view().setUint8(at, 2) // a device of characters
        return errno.success
      },
      fd_prestat_get: () => errno.badFile,
      fd_close: () => errno.badFile,
      fd_read(file: number, _vectors: number, _count: number, at: number) {
        if (file !== 0) return errno.badFile
        view().setUint32(at, 0, true)
        return errno.success
      },
      fd_write(file: number, vectors: number, count: number, at: number) {
        if (!isStandard(file)) return errno.badFile
        let written = 0
        for (let vector = vectors; vector < vectors + count * 8; vector += 8) {
          const length = view().getUint32(vector + 4, true)
          print(new Uint8Array(memory(), view().getUint32(vector, true), length))
          written += length
        }
        view().setUint32(at, written, true)
        return errno.success
      },
      /** Nobody waits: whatever is waited for has happened, as far as the one who waits can see. */
      poll_oneoff(subscriptions: number, events: number, count: number, at: number) {
        for (let index = 0; index < count; index++) {
          const [from, to] = [subscriptions + index * 48, events + index * 32]
          new Uint8Array(memory(), to, 32).fill(0)
          view().setBigUint64(to, view().getBigUint64(from, true), true)
          view().setUint8(to + 10, view().getUint8(from + 8))
        }
        view().setUint32(at, count, true)
        return errno.success
      },
      proc_exit(code: number) {
        throw new Exit(`it left with ${code}`)
      },
    },
  }
}

/** What stands for a function of WASI that a sandbox does not have. */
export const notCapable = (): number => errno.notCapable
