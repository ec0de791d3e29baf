interface Alarm<T> {
  at: number
  readonly text: string
  value: T
  place: number
}

/** Things to do later, by name and time: a heap, so that setting and ringing are O(log n). Knows no clock. */
export class Alarms<T> {
  readonly #heap: Alarm<T>[] = []
  readonly #byText = new Map<string, Alarm<T>>()

  /** When the next one is due. */
  get next(): number | undefined {
    return this.#heap[0]?.at
  }

  get(text: string): T | undefined {
    return this.#byText.get(text)?.value
  }

  /** Sets an alarm. One of that name keeps the earlier of both times, and gets the new value. */
  set(text: string, at: number, value: T): void {
    const known = this.#byText.get(text)
    if (known) {
      known.value = value
      known.at = Math.min(known.at, at)
      this.#rise(known)
      return
    }
    const alarm = { at, text, value, place: this.#heap.length }
    this.#byText.set(text, alarm)
    this.#heap.push(alarm)
    this.#rise(alarm)
  }

  /** Takes the first alarm, if it is due by then. */
  take(now: number): T | undefined {
    const first = this.#heap[0]
    if (!first || first.at > now) return undefined
    this.#byText.delete(first.text)
    const last = this.#heap.pop()
    if (last && last !== first) {
      this.#place(last, 0)
      this.#sink(last)
    }
    return first.value
  }

  clear(): void {
    this.#heap.length = 0
    this.#byText.clear()
  }

  #place(alarm: Alarm<T>, place: number): void {
    this.#heap[place] = alarm
    alarm.place = place
  }

  #swap(alarm: Alarm<T>, other: Alarm<T>): void {
    const { place } = alarm
    this.#place(alarm, other.place)
    this.#place(other, place)
  }

  #rise(alarm: Alarm<T>): void {
    for (;;) {
      const parent = this.#heap[(alarm.place - 1) >> 1]
      if (alarm.place === 0 || !parent || parent.at <= alarm.at) return
      this.#swap(alarm, parent)
    }
  }

  #sink(alarm: Alarm<T>): void {
    for (;;) {
      const child = this.#earlierChild(alarm.place)
      if (!child || child.at >= alarm.at) return
      this.#swap(alarm, child)
    }
  }

  #earlierChild(place: number): Alarm<T> | undefined {
    const left = this.#heap[2 * place + 1]
    const right = this.#heap[2 * place + 2]
    return left && right && right.at < left.at ? right : left
  }
}
