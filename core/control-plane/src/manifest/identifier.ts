import { groupOf, type Manifest, type ManifestIdentifier, versionOf } from '@flotilla/sdk'

/** How a Work names one of its manifests. */
export function identifierOf({ apiVersion, kind, metadata }: Manifest, ordinal: number): ManifestIdentifier {
  const group = groupOf(apiVersion)
  const { namespace, name } = metadata
  return {
    ordinal,
    ...(group && { group }),
    version: versionOf(apiVersion),
    kind,
    resource: '',
    ...(namespace && { namespace }),
    name,
  }
}

export const apiVersionOf = ({ group, version }: ManifestIdentifier): string =>
  group ? `${group}/${version}` : version
