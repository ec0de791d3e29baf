/** A place in a registry. */
export interface Place {
  /** `registry.example:5000` */
  readonly host: string
  readonly repository: string
  readonly tag: string
}

const pattern =
  /^oci:\/\/([a-z0-9.-]+(?::\d+)?|\[::1\](?::\d+)?)\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?$/

/** The place that `oci://registry/repository:tag` is; undefined when it is none. */
export function placeOf(text: string): Place | undefined {
  const [, host, repository, tag = 'latest'] = pattern.exec(text) ?? []
  return host && repository ? { host, repository, tag } : undefined
}

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host)

/** Where a registry is reached: without TLS only on this machine. Docker's own is called otherwise than it is reached. */
export function originOf(host: string): string {
  if (host === 'docker.io') return 'https://registry-1.docker.io'
  return `${isLoopback(host) ? 'http' : 'https'}://${host}`
}
