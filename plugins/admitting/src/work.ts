import {
  annotation,
  definePlugin,
  each,
  edit,
  label,
  type Manifest,
  mutates,
  prune,
  type StringMap,
  type Work,
  type Write,
  withAnnotation,
  withLabel,
  withPermanentId,
  workKind,
} from '@flotilla/sdk'

const keysText = (map: StringMap | undefined, ...more: readonly string[]): string =>
  [...new Set([...Object.keys(map ?? {}), ...more])].sort().join(',')

/**
 * A manifest with a record of the labels and annotations that are Flotilla's to say. One that is recorded and no longer
 * wanted is taken away from the member's object; all others there are left alone.
 */
function recorded(manifest: Manifest): Manifest {
  const { managedAnnotations, managedLabels } = annotation
  const { labels, annotations } = manifest.metadata
  const own = keysText(annotations, managedAnnotations, managedLabels)
  return withAnnotation(withAnnotation(manifest, managedAnnotations, own), managedLabels, keysText(labels))
}

const isManifest = (value: Manifest): boolean => typeof value.metadata === 'object' && value.metadata !== null

/** What a Work brings to its cluster, without what belongs to another one, and traceable to the Work. */
const completeManifest = (manifest: Manifest, id: string): Manifest =>
  isManifest(manifest) ? recorded(withLabel(prune(manifest), label.workId, id)) : manifest

/** A Work with its id, and its manifests ready to be sent. */
export function completeWork(write: Write<Work>): Work {
  const work = withPermanentId(write, label.workId)
  const id = work.metadata.labels?.[label.workId] ?? ''
  return edit(work, 'spec', (spec) =>
    edit(spec, 'workload', (workload) =>
      edit(workload, 'manifests', (manifests) => each(manifests, (manifest) => completeManifest(manifest, id))),
    ),
  )
}

export const work = definePlugin({
  name: 'work-admission',
  extensions: () => [mutates([workKind], completeWork)],
})
