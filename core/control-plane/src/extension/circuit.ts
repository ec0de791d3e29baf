/** When a plugin is left alone for a while. */
export interface CircuitBreaker {
  /** After so many failures in a row; 0 is never. */
  readonly failures: number
  /** For so many milliseconds. */
  readonly openFor: number
  /** Which failures: answers that did not come, or all, with what it threw and what cannot be. */
  readonly counts: 'unanswered' | 'all'
}

/**
 * Whether a plugin is asked. After too many failures in a row the circuit is open: nobody asks. When its time is over, one
 * question goes through; its answer closes the circuit, its failure opens it again. Times are in milliseconds.
 */
export class Circuit {
  readonly #breaker: CircuitBreaker
  #failures = 0
  /** Undefined while it is closed. */
  #openUntil: number | undefined
  #isProbing = false

  constructor(breaker: CircuitBreaker) {
    this.#breaker = breaker
  }

  get isOpen(): boolean {
    return this.#openUntil !== undefined
  }

  /** Whether a question goes through now. */
  admits(now: number): boolean {
    if (this.#openUntil === undefined) return true
    if (this.#isProbing || now < this.#openUntil) return false
    this.#isProbing = true
    return true
  }

  /** Notes an answer. Says whether that closed the circuit. */
  answered(): boolean {
    const wasOpen = this.isOpen
    this.#failures = 0
    this.#openUntil = undefined
    this.#isProbing = false
    return wasOpen
  }

  /** Notes a failure. Says whether that opened the circuit, or opened it again. */
  failed(now: number): boolean {
    const { failures, openFor } = this.#breaker
    const isEnough = this.isOpen ? this.#isProbing : failures > 0 && ++this.#failures >= failures
    if (!isEnough) return false
    this.#openUntil = now + openFor
    this.#isProbing = false
    return true
  }
}
