import { admit, definePlugin, label, on } from '@flotilla/sdk'

/** Refuses to delete what is protected from it. */
export function protect({ operation, manifest, key }: admit.Admission): admit.Denial | undefined {
  if (operation !== 'DELETE' || manifest.metadata.labels?.[label.deletionProtected] !== 'Always') return undefined
  return {
    message: `${manifest.kind} ${JSON.stringify(key.name)} is protected from deletion: remove its label ${label.deletionProtected} first`,
    code: 403,
    reason: 'Forbidden',
  }
}

export const deletionProtection = definePlugin({
  name: 'deletion-protection',
  extensions: () => [on(admit.refuse, protect)],
})
