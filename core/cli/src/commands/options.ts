import { Command, InvalidArgumentError } from 'commander'

/** A whole number of at least `least`, or a complaint that commander shows with the option's name. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const number = Number(text)
    if (!Number.isInteger(number) || number < least || number > most) {
      throw new InvalidArgumentError(`It is a whole number from ${least}${most < 1e9 ? ` to ${most}` : ''}.`)
    }
    return number
  }

/** Command lines and what they do, to stand below a command's help. */
export function examples(...lines: readonly (readonly [line: string, does: string])[]): string {
  const width = Math.max(...lines.map(([line]) => line.length))
  return ['\nExamples:', ...lines.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`)].join('\n')
}

/** A command whose complaints and help go through commander's ways, and that never ends the process by itself. */
export const command = (name: string): Command =>
  new Command(name).exitOverride().helpOption('-h, --help', 'show this').showHelpAfterError('(--help says more)')
