import type { Isolated, Source } from './isolated.ts'

/** How many bytes all programs of a process may hold together. Who was not called for the longest time begins anew when it is. */
const room = 768 * 2 ** 20

type Isolate = (source: Source) => Pick<Isolated, 'functions' | 'size' | 'isAlive' | 'call' | 'close'>

interface Resident {
  readonly isolated: ReturnType<Isolate>
  size: number
}

/** The programs of a process. Each is in an isolate of its own, which is made when it is needed. */
export class Residents {
  readonly #isolate: Isolate
  readonly #room: number
  readonly #sources = new Map<number, Source>()
  /** The last one was called last. */
  readonly #residents = new Map<number, Resident>()
  #size = 0

  /** Programs are isolated by `isolate`, which throws a mark and a reason when one cannot be. */
  constructor(isolate: Isolate, bytes = room) {
    this.#isolate = isolate
    this.#room = bytes
  }

  know(program: number, source: Source): void {
    this.#sources.set(program, source)
  }

  /** Gives its functions behind a mark: see `Mark`. */
  load(program: number): string {
    return this.#with(program, (isolated) => `=${isolated.functions}`)
  }

  /** Gives what the call gives behind a mark. */
  call(program: number, name: string, args: string): string {
    return this.#with(program, (isolated) => isolated.call(name, args))
  }

  drop(program: number): void {
    this.#sources.delete(program)
    this.#evict(program)
  }

  #with(program: number, ask: (isolated: ReturnType<Isolate>) => string): string {
    const source = this.#sources.get(program)
    if (!source) return '!it is not here'
    try {
      const resident = this.#resident(program, source)
      const answer = ask(resident.isolated)
      this.#weigh(program, resident, source)
      return answer
    } catch (error) {
      return error instanceof Error ? error.message : '!it cannot be loaded'
    }
  }

  #resident(program: number, source: Source): Resident {
    const resident = this.#residents.get(program) ?? { isolated: this.#isolate(source), size: 0 }
    this.#residents.delete(program)
    this.#residents.set(program, resident)
    return resident
  }

  /** V8 does not hold every program to its limit: one that is over it after a call begins anew. */
  #weigh(program: number, resident: Resident, { memory }: Source): void {
    const { isolated, size: before } = resident
    resident.size = isolated.size
    this.#size += resident.size - before
    if (!isolated.isAlive || resident.size > 2 * memory) this.#evict(program)
    for (const [other] of this.#residents) {
      if (this.#size <= this.#room || other === program) return
      this.#evict(other)
    }
  }

  #evict(program: number): void {
    const resident = this.#residents.get(program)
    if (!resident) return
    this.#residents.delete(program)
    this.#size -= resident.size
    resident.isolated.close()
  }
}
