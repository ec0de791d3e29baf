const size = 32

/** Does something for each item, so many at once. Fails with the first failure, after those begun with it. */
export async function inBatches<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    const begun = await Promise.allSettled(items.slice(start, start + size).map(act))
    const failed = begun.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }
}
