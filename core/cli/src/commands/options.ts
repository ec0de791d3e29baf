import { Command, InvalidArgumentError, Option } from 'commander'

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

/** Takes an option as often as it is given. */
export const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** Names with commas between them. */
export const list = (text: string): readonly string[] => text.split(',').filter((each) => each !== '')

/** Where a server listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** `:8080`, `127.0.0.1:8080`; `0` for none, as in Karmada. */
export function address(text: string): Address | undefined {
  if (text === '0' || text === '') return undefined
  const [, host = '', port = ''] = /^(.*):(\d{1,5})$/.exec(text) ?? []
  if (port === '' || Number(port) > 65_535)
    throw new InvalidArgumentError('It is an address such as :8080, or 0 for none.')
  return { host: host || '0.0.0.0', port: Number(port) }
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `60s`, `1m30s`; in milliseconds. */
export function duration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new InvalidArgumentError('It is a time such as 60s.')
  return parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (units[unit] ?? 0), 0)
}

/** Command lines and what they do, to stand below a command's help. */
export function examples(...lines: readonly (readonly [line: string, does: string])[]): string {
  const width = Math.max(...lines.map(([line]) => line.length))
  return ['\nExamples:', ...lines.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`)].join('\n')
}

/** A command whose complaints and help go through commander's ways, and that never ends the process by itself. */
export const command = (name: string): Command =>
  new Command(name).exitOverride().helpOption('-h, --help', 'show this').showHelpAfterError('(--help says more)')

/** How the control plane is reached, here and with `context`. */
export const kubeconfig = (): Option =>
  new Option('--kubeconfig <file>', "the control plane's kubeconfig; by default as kubectl finds it")

export const context = (): Option => new Option('--context <name>', 'the context in it; by default its current one')

/** What becomes of a cluster that is taken out, here and with `wait`. */
export const removeWorkloads = (): Option =>
  new Option('--remove-workloads', 'remove what was propagated to it').default(false)

export const wait = (): Option =>
  new Option('--wait <time>', 'how long it may take to go').argParser(duration).default(60_000, '60s')

/** Which member clusters are looked into. */
export const clusters = (): Option =>
  new Option('-C, --clusters <names>', 'the clusters, separated by commas; by default all that are ready').argParser(
    list,
  )
