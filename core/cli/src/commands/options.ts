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

/** A command whose complaints and help go through commander's ways, and that never ends the process by itself. */
export const command = (name: string): Command =>
  new Command(name).exitOverride().showHelpAfterError('(--help says more)').configureHelp({ sortSubcommands: false })
