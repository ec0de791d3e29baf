/** `0-2,5` for 0, 1, 2 and 5. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b)
  const starts = sorted.filter((index) => !indexes.has(index - 1))
  const ends = sorted.filter((index) => !indexes.has(index + 1))
  return starts.map((start, run) => (start === ends[run] ? String(start) : `${start}-${ends[run]}`)).join(',')
}
