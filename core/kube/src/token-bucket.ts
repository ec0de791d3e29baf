export interface TokenBucketOptions {
  readonly burst: number
  /** Milliseconds until a token that was taken is there again. */
  readonly refillMs: number
}

/** Lets a burst through, and one more for each refill since. */
export class TokenBucket {
  readonly #options: TokenBucketOptions
  #tokens: number
  #at: number

  constructor(options: TokenBucketOptions, now: number) {
    this.#options = options
    this.#tokens = options.burst
    this.#at = now
  }

  /** Takes a token, if there is one. */
  take(now: number): boolean {
    const { burst, refillMs } = this.#options
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#at) / refillMs)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
