/** About how many bytes of memory plain data takes. */
export const weightOf = (value: unknown): number => {
  if (typeof value === 'string') return 16 + value.length
  if (typeof value !== 'object' || value === null) return 8
  let weight = 32
  for (const key in value) weight += 8 + weightOf(value[key as keyof typeof value])
  return weight
}
