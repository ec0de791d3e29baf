/** How large a unit of memory is, in MiB. A bare number is in MiB, too. */
const units: Readonly<Record<string, number>> = { '': 1, k: 1 / 1024, m: 1, g: 1024, t: 1024 ** 2, p: 1024 ** 3 }

/** What an amount of memory comes to in MiB, as Spark writes it: `512m`, `1g`, `2gb`. Undefined when it is none. */
function mebibytes(amount: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kmgtp]?)(?:i?b)?$/.exec(amount.trim().toLowerCase()) ?? []
  return digits === undefined ? undefined : Number(digits) * (units[unit] ?? 1)
}

/** What Spark takes beside the memory of a program at least, in MiB. */
const least = 384

/** What a pod of Spark asks for: the memory of its program, and what is needed beside it. Undefined when it cannot be read. */
export function podMemory(memory: string, overhead: string, factor: number): string | undefined {
  const own = mebibytes(memory)
  if (own === undefined) return undefined
  const beside = mebibytes(overhead) ?? Math.max(own * factor, least)
  return `${Number((own + beside).toFixed(6))}Mi`
}
