/** Tells a person how far a long piece of work is: a line when a step ends, on a terminal also while it goes on. */
export interface Progress {
  /** Runs a step. `title` may change while it runs; what `step` returns stands behind the tick. */
  step<T>(title: string, step: (say: (state: string) => void) => Promise<T>): Promise<T>
}

export function createProgress(out: NodeJS.WriteStream = process.stdout): Progress {
  const live = out.isTTY === true
  const draw = (text: string) => out.write(`\r\x1b[2K${text}`)
  return {
    async step(title, step) {
      const start = performance.now()
      let state = ''
      const say = (next: string) => {
        state = next
        if (live) draw(`… ${title} ${state}`)
      }
      say('')
      try {
        const result = await step(say)
        const line = `✓ ${title} ${state}`.trimEnd()
        const took = `${Math.round(performance.now() - start)} ms`
        if (live) draw(`${line} (${took})\n`)
        else out.write(`${line} (${took})\n`)
        return result
      } catch (cause) {
        if (live) draw(`✗ ${title} ${state}\n`)
        else out.write(`✗ ${title} ${state}\n`)
        throw cause
      }
    },
  }
}
