import {
  definePlugin,
  each,
  edit,
  label,
  type Manifest,
  mutates,
  prune,
  recorded,
  type Work,
  type Write,
  withLabel,
  withPermanentId,
  workKind,
} from '@flotilla/sdk'

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
