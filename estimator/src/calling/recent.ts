/** Answers that are a moment old, by question: who asks the same within it gets the same, even while it is on its way. */
export class Recent<T> {
  readonly #answers = new Map<string, { readonly until: number; readonly answer: Promise<T> }>()
  readonly #moment: number
  readonly #most: number
  readonly #now: () => number

  constructor(moment: number, most: number, now: () => number) {
    this.#moment = moment
    this.#most = most
    this.#now = now
  }

  get(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(question)
    if (known && this.#now() < known.until) return known.answer
    const answer = ask()
    this.#answers.delete(question) // the newest are last
    this.#answers.set(question, { until: this.#now() + this.#moment, answer })
    this.#forget()
    return answer
  }

  /** What is over goes, and the oldest when there are too many. They are in the order of their end. */
  #forget(): void {
    for (const [question, { until }] of this.#answers) {
      if (until > this.#now() && this.#answers.size <= this.#most) return
      this.#answers.delete(question)
    }
  }
}
