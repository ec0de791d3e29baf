import { type Ask, annotation, interpret, type Manifest, type StringMap, withoutKeys } from '@flotilla/sdk'

const keysIn = (text: string | undefined): ReadonlySet<string> => new Set(text?.split(',') ?? [])

/**
 * Labels or annotations: what is desired, and what the member has beside that, but for the keys that came from Flotilla
 * the last time and are no longer wanted.
 */
function withMembers(
  desired: StringMap | undefined,
  observed: StringMap | undefined,
  recorded: ReadonlySet<string>,
): StringMap | undefined {
  const members = withoutKeys(observed, (key) => recorded.has(key))
  return members && desired ? { ...members, ...desired } : (desired ?? members)
}

/** The desired manifest, as it has to be written over the observed object: what belongs to the member stays. */
export async function retain(ask: Ask, desired: Manifest, observed: Manifest): Promise<Manifest> {
  const { resourceVersion, finalizers, ownerReferences, labels, annotations } = observed.metadata
  const metadata = {
    ...desired.metadata,
    labels: withMembers(desired.metadata.labels, labels, keysIn(annotations?.[annotation.managedLabels])),
    annotations: withMembers(
      desired.metadata.annotations,
      annotations,
      keysIn(annotations?.[annotation.managedAnnotations]),
    ),
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(finalizers ? { finalizers } : {}),
    ...(ownerReferences ? { ownerReferences } : {}),
  }
  const status = observed.status === undefined ? {} : { status: observed.status } // not every kind has it in a subresource
  const kept: Manifest = { ...desired, ...status, metadata }
  return (await ask(interpret.retain, { desired: kept, observed })) ?? kept
}
