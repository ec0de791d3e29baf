import type { Objects } from '../store/objects.ts'
import type { Admission } from './admission.ts'
import { byResource } from './by-resource.ts'
import { claimSize } from './claim-size.ts'
import { ingressClass, onePriority, priority, storageClass } from './classes.ts'
import { claimLimits, podLimits } from './limits.ts'
import { runtimeClass } from './runtime-class.ts'
import { tolerations } from './tolerations.ts'

/** What a cluster's own objects say of others on their way in: limits, classes. */
export const ownAdmission = (objects: Objects, tolerationSeconds: number): Admission =>
  byResource({
    pods: [podLimits(objects), priority(objects), tolerations(tolerationSeconds), runtimeClass(objects)],
    persistentvolumeclaims: [claimLimits(objects), storageClass(objects)],
    'ingresses.networking.k8s.io': [ingressClass(objects)],
    'priorityclasses.scheduling.k8s.io': [onePriority(objects)],
  })

/** The same, of objects that are found good: it only refuses. */
export const ownGuard = (objects: Objects): Admission => byResource({ persistentvolumeclaims: [claimSize(objects)] })
