import type { Request } from './request.ts'

type Annotations = Readonly<Record<string, string>>

/** By what a request reads its body with: that is the same when it goes on in the name of another user. */
const known = new WeakMap<Request['body'], Annotations>()

/** Adds to what the audit log says of a request. */
export const annotate = ({ body }: Pick<Request, 'body'>, key: string, value: string): void => {
  known.set(body, { ...known.get(body), [key]: value })
}

/** What whoever looked at a request had to say of it; undefined for nothing. */
export const annotationsOf = ({ body }: Pick<Request, 'body'>): Annotations | undefined => known.get(body)
