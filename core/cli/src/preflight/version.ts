/** A version of Kubernetes, without what is behind its minor number. */
export interface Version {
  readonly major: number
  readonly minor: number
}

/** The oldest API server a control plane runs over: it has match conditions of webhooks, and tells us who we are. */
export const leastControlPlane: Version = { major: 1, minor: 30 }

/** The oldest member: what is older makes tokens in another way. */
export const leastMember: Version = { major: 1, minor: 24 }

/** `v1.30.2`, `v1.27.3+k3s1`; undefined for what is no such version. */
export function versionOf(text: string): Version | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(text) ?? []
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) }
}

export const isOlder = (one: Version, other: Version): boolean =>
  one.major === other.major ? one.minor < other.minor : one.major < other.major

export const versionText = ({ major, minor }: Version): string => `v${major}.${minor}`
