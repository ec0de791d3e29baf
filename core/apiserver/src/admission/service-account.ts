import { deepFreeze, type Manifest } from '@flotilla/sdk'
import type { PodSpec, Volume } from '../builtin/pod-spec.ts'
import { generateName } from '../object/names.ts'
import { refusal } from '../status.ts'
import type { Objects } from '../store/objects.ts'
import type { Admission, AdmissionRequest } from './admission.ts'

const accounts = 'serviceaccounts'
const usual = 'default'
const mirror = 'kubernetes.io/config.mirror'
const base = 'kube-api-access-'
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Milliseconds that are waited for the account of a new namespace. */
const patience = 1000

/** What a Pod proves itself with: the same for all. */
const projected = deepFreeze({
  defaultMode: 420,
  sources: [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ],
})

interface Account extends Manifest {
  readonly automountServiceAccountToken?: boolean
  readonly imagePullSecrets?: readonly { readonly name?: string }[]
}

interface Spec extends PodSpec {
  readonly automountServiceAccountToken?: boolean
  readonly imagePullSecrets?: readonly object[]
}

type Container = PodSpec['containers'][number]

const specOf = ({ spec }: Manifest): Spec => spec as Spec // by its schema

const appears = (objects: Objects, namespace: string, name: string): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(late)
      stop()
      resolve()
    }
    const late = setTimeout(end, patience)
    const stop = objects.listen((change) => {
      if (change.resource === accounts && change.namespace === namespace && change.name === name) end()
    })
  })

/** An account; that of a new namespace may come a moment later. */
const accountOf = async (objects: Objects, namespace: string, name: string): Promise<Account | undefined> => {
  const address = { resource: accounts, namespace, name }
  const found = objects.newest(address)
  if (found || name !== usual) return found
  await appears(objects, namespace, name)
  return objects.newest(address)
}

const isMounting = ({ volumeMounts = [] }: Container): boolean =>
  volumeMounts.some((mount) => mount.mountPath === mountPath)

/** Containers that see the token; those that have something else in its place keep it. */
const mounting = (containers: readonly Container[], name: string): readonly Container[] => {
  const mount = { name, readOnly: true, mountPath }
  return containers.map((each) =>
    isMounting(each) ? each : { ...each, volumeMounts: [...(each.volumeMounts ?? []), mount] },
  )
}

const withToken = (spec: Spec): Spec => {
  const { containers, initContainers = [], volumes = [] } = spec
  if ([...containers, ...initContainers].every(isMounting)) return spec
  const there = volumes.find(({ name }) => name.startsWith(base))
  const name = there?.name ?? generateName(base)
  const added: readonly Volume[] = there ? [] : [{ name, projected }]
  return {
    ...spec,
    containers: mounting(containers, name),
    ...(initContainers.length > 0 && { initContainers: mounting(initContainers, name) }),
    volumes: [...volumes, ...added],
  }
}

const withAccount = (spec: Spec, account: Account): Spec => {
  const automounts = spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true
  const { name } = account.metadata
  const whole = automounts ? withToken(spec) : spec
  const secrets = account.imagePullSecrets ?? []
  const pulls = !spec.imagePullSecrets?.length && secrets.length > 0
  return { ...whole, serviceAccountName: name, serviceAccount: name, ...(pulls && { imagePullSecrets: secrets }) }
}

const isNewPod = ({ operation, resource, subresource }: AdmissionRequest): boolean =>
  operation === 'CREATE' && !subresource && resource.group === '' && resource.plural === 'pods'

/** A new Pod runs as a ServiceAccount that there is, and has its token where it looks for it. */
export const serviceAccount =
  (objects: Objects): Admission =>
  async (request) => {
    const { resource, namespace = '', name, manifest } = request
    if (!isNewPod(request) || manifest.metadata.annotations?.[mirror] !== undefined) return request
    const spec = specOf(manifest)
    const called = spec.serviceAccountName || spec.serviceAccount || usual
    const account = await accountOf(objects, namespace, called)
    if (!account) {
      const why = `error looking up service account ${namespace}/${called}: serviceaccount "${called}" not found`
      throw refusal.forbidden(resource, name, why)
    }
    return { manifest: { ...manifest, spec: withAccount(spec, account) } }
  }
