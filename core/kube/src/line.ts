/** Where something stands in a `Line`; the ticket to take it out again. */
export interface Place<T> {
  readonly value: T
  before: Place<T> | undefined
  after: Place<T> | undefined
}

/** First in, first out, and out of the middle: a doubly linked list. Everything is O(1). */
export class Line<T> {
  #first: Place<T> | undefined
  #last: Place<T> | undefined
  #length = 0

  get length(): number {
    return this.#length
  }

  get first(): Place<T> | undefined {
    return this.#first
  }

  push(value: T): Place<T> {
    const place: Place<T> = { value, before: this.#last, after: undefined }
    if (this.#last) this.#last.after = place
    else this.#first = place
    this.#last = place
    this.#length++
    return place
  }

  shift(): T | undefined {
    const first = this.#first
    if (first) this.remove(first)
    return first?.value
  }

  /** Takes a place out that is in this line; once. */
  remove(place: Place<T>): void {
    if (place.before) place.before.after = place.after
    else this.#first = place.after
    if (place.after) place.after.before = place.before
    else this.#last = place.before
    this.#length--
  }

  clear(): void {
    this.#first = undefined
    this.#last = undefined
    this.#length = 0
  }
}
