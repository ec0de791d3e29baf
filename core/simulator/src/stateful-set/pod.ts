import type { Pod, Volume } from '../api/pod.ts'
import type { StatefulSet } from '../api/workloads.ts'
import { templateHash } from '../names.ts'
import type { PodDraft } from '../pod/pods.ts'

export const revisionLabel = 'controller-revision-hash'
const podNameLabel = 'statefulset.kubernetes.io/pod-name'
const indexLabel = 'apps.kubernetes.io/pod-index'

/** The revision of the template as it is now. */
export const updateRevisionOf = ({ metadata, spec }: StatefulSet): string =>
  `${metadata.name}-${templateHash(spec.template)}`

/** The number at the end of a pod's name. */
export const ordinalOf = ({ metadata: { name } }: Pod): number => Number(name.slice(name.lastIndexOf('-') + 1))

export const claimName = (template: string, pod: string): string => `${template}-${pod}`

/** Volumes named like a claim template are the pod's own claims. */
function volumesOf({ spec: { template, volumeClaimTemplates = [] } }: StatefulSet, pod: string): readonly Volume[] {
  const own = volumeClaimTemplates.map(({ metadata: { name } }) => name)
  const others = (template.spec.volumes ?? []).filter(({ name }) => !own.includes(name))
  return [...own.map((name) => ({ name, persistentVolumeClaim: { claimName: claimName(name, pod) } })), ...others]
}

/** The pod with a number: it has a name, a host name and claims that it keeps when it is made again. */
export function podDraft(set: StatefulSet, ordinal: number, revision: string): PodDraft {
  const name = `${set.metadata.name}-${ordinal}`
  const volumes = volumesOf(set, name)
  const { serviceName } = set.spec
  return {
    name,
    generateName: `${set.metadata.name}-`,
    labels: { [podNameLabel]: name, [indexLabel]: String(ordinal), [revisionLabel]: revision },
    spec: {
      hostname: name,
      ...(serviceName && { subdomain: serviceName }),
      ...(volumes.length > 0 && { volumes }),
    },
  }
}
