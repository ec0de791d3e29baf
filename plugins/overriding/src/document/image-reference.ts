/** The parts of a container image's name: `registry/repository:tag@digest`. */
export interface ImageReference {
  /** A host, with its port if it has one: `localhost:5000`. */
  readonly registry?: string
  readonly repository: string
  readonly tag?: string
  /** With its algorithm: `sha256:…`. */
  readonly digest?: string
}

const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const host = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`
const word = '[a-z0-9]+(?:(?:\\.|__?|-+)[a-z0-9]+)*'
const tag = '\\w[\\w.-]{0,127}'
const digest = '[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[a-fA-F0-9]{32,}'
const reference = new RegExp(`^(?:(${host})/)?(${word}(?:/${word})*)(?::(${tag}))?(?:@(${digest}))?$`)

export const isTag = (text: string): boolean => new RegExp(`^${tag}$`).test(text)
export const isDigest = (text: string): boolean => new RegExp(`^${digest}$`).test(text)

/** Docker's rule: `library/nginx` has no registry, `localhost/nginx` and `mirror:5000/nginx` have one. */
const isRegistry = (host: string): boolean => /[.:]/.test(host) || host === 'localhost'

/** The parts of an image's name; undefined when it is none. */
export function parseImage(image: string): ImageReference | undefined {
  const match = image.length <= 1024 ? reference.exec(image) : null
  if (!match) return undefined
  const [, first, rest = '', tag, digest] = match
  const parts = { ...(tag && { tag }), ...(digest && { digest }) }
  if (first === undefined) return { repository: rest, ...parts }
  return isRegistry(first)
    ? { registry: first, repository: rest, ...parts }
    : { repository: `${first}/${rest}`, ...parts }
}

/** The reverse of `parseImage`. */
export const formatImage = ({ registry, repository, tag, digest }: ImageReference): string =>
  [registry && `${registry}/`, repository, tag && `:${tag}`, digest && `@${digest}`].join('')
