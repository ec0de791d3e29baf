import type { Launch } from '../sandboxes.ts'
import { Lines } from './lines.ts'
import { Opened } from './opened.ts'

/** Programs in JavaScript: ES modules in isolates, in processes of their own. */
export const launchJavascript: Launch = ({ meter, signal, processes }) => {
  const around = { lines: new Lines({ meter, signal, processes }), meter }
  let count = 0
  return async (program, limits) => {
    count += 1
    const opened = new Opened(count, program, limits, around)
    try {
      await opened.start()
    } catch (error) {
      opened.close()
      throw error
    }
    return opened
  }
}
