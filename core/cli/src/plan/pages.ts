import type { Client, Kind, ListOptions } from '@flotilla/sdk'

const pageSize = 500

/** Everything a list has, page by page: no more than one page is held here. */
export async function* everyItem<T>(client: Client, kind: Kind<T>, options: ListOptions): AsyncGenerator<T, void> {
  let next: string | undefined
  do {
    const page = await client.list(kind, { ...options, limit: pageSize, continue: next })
    yield* page.items
    next = page.continue
  } while (next)
}
