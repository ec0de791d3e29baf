import { isFields, type pods, type Toleration } from '@flotilla/sdk'
import { fields, list, map, quantity, type Reader, text } from './read.ts'

const named = fields({ name: text })
const withSecret = fields({ secretRef: named })
const amounts = map(quantity)
const object: Reader<object> = (value) => (isFields(value) ? value : undefined)

/** A container, as far as its requests and references go. */
export const container = fields({
  name: text,
  resources: fields({ requests: amounts, limits: amounts }),
  env: list(fields({ valueFrom: fields({ configMapKeyRef: named, secretKeyRef: named }) })),
  envFrom: list(fields({ configMapRef: named, secretRef: named })),
})

export const volume = fields({
  configMap: named,
  secret: fields({ secretName: text }),
  projected: fields({ sources: list(fields({ configMap: named, secret: named })) }),
  persistentVolumeClaim: fields({ claimName: text }),
  azureFile: fields({ secretName: text }),
  csi: fields({ nodePublishSecretRef: named }),
  cephfs: withSecret,
  cinder: withSecret,
  flexVolume: withSecret,
  iscsi: withSecret,
  rbd: withSecret,
  scaleIO: withSecret,
  storageos: withSecret,
})

/** Where a pod may run. */
export const placed = {
  nodeSelector: map(text),
  tolerations: list(object as Reader<Toleration>), // handed on as they are
  affinity: fields({ nodeAffinity: fields({ requiredDuringSchedulingIgnoredDuringExecution: object }) }),
  priorityClassName: text,
}

/** A pod inside an object of another's. */
export const podSpec: Reader<pods.PodSpec> = fields({
  ...placed,
  containers: list(container),
  initContainers: list(container),
  ephemeralContainers: list(container),
  overhead: amounts,
  imagePullSecrets: list(named),
  serviceAccountName: text,
  volumes: list(volume),
})

export const podTemplate: Reader<pods.PodTemplate> = fields({ spec: podSpec })
