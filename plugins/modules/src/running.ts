import { Gate, type Sandbox } from '@flotilla/sdk'

/** So many calls are put before a sandbox, where they wait no longer than one may take: a binding is rendered for all its clusters at once. */
const places = 16

/** A program that is loaded. It goes on with the calls it has when another takes its place, and then ends. */
export class Running {
  readonly digest: string
  readonly functions: readonly string[]
  readonly #sandbox: Sandbox
  readonly #gate = new Gate(places)
  #calls = 0
  #isRetired = false

  constructor(digest: string, sandbox: Sandbox) {
    this.digest = digest
    this.functions = sandbox.functions
    this.#sandbox = sandbox
  }

  async call(name: string, arg: unknown): Promise<unknown> {
    this.#calls++
    try {
      const [answer = null] = await this.#gate.pass(() => this.#sandbox.call(name, [arg]))
      return answer
    } finally {
      this.#calls--
      this.#endIfDone()
    }
  }

  /** Takes no calls any more, and ends after those it has. */
  retire(): void {
    this.#isRetired = true
    this.#endIfDone()
  }

  #endIfDone(): void {
    if (this.#isRetired && this.#calls === 0) this.#sandbox.close()
  }
}
