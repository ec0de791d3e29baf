import type { Manifest } from '@flotilla/sdk'
import { edited, isList, read } from './patch.ts'

/** What overriders know of a container. */
export interface Container {
  readonly name?: string
  readonly image?: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
}

const template = ['spec', 'template', 'spec', 'containers']

/** Where a kind keeps its containers. As in Karmada by the kind's name alone; CronJob is ours. */
const home: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec', 'containers'],
  ReplicaSet: template,
  Deployment: template,
  DaemonSet: template,
  StatefulSet: template,
  Job: template,
  CronJob: ['spec', 'jobTemplate', ...template],
}

/**
 * The manifest with each of its containers edited; init containers are left alone, as in Karmada. `edit` answers the
 * same container for no change, and is told the container's JSON pointer. Undefined when nothing changed.
 */
export function editContainers(
  manifest: Manifest,
  edit: (container: Container, path: string) => Container,
): Manifest | undefined {
  const path = home[manifest.kind]
  const before = path && read(manifest, path)
  if (!path || !isList(before)) return undefined
  // A workload's schema says what its containers are.
  const after = (before as readonly Container[]).map((each, index) => edit(each, `/${path.join('/')}/${index}`))
  return after.some((each, index) => each !== before[index]) ? edited(manifest, path, () => after) : undefined
}
