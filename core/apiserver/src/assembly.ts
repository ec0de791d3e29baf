import { createHttp } from '@flotilla/kube'
import type { Access } from './access/access.ts'
import { foreignAccess, openAccess } from './access/open.ts'
import { noEscalation } from './access/rbac/escalation.ts'
import { signersGuard, whoAsked } from './access/signing.ts'
import { Addresses } from './admission/addresses.ts'
import { type Admission, chain } from './admission/admission.ts'
import { Gate } from './admission/gate.ts'
import { namespaceLifecycle } from './admission/namespace-lifecycle.ts'
import { ownAdmission, ownGuard } from './admission/own.ts'
import { podSecurity } from './admission/pod-security/pod-security.ts'
import { Quotas } from './admission/quotas.ts'
import { serviceAccount } from './admission/service-account.ts'
import { builtins } from './builtin/index.ts'
import type { Engine } from './engine.ts'
import type { ApiServerOptions } from './options.ts'
import type { Outside } from './outside/line.ts'
import { withSharedFields } from './patch/patch.ts'
import { idOf, Registry } from './registry/registry.ts'
import type { Resource } from './resource.ts'
import { Objects } from './store/objects.ts'
import { Watches } from './watch/watches.ts'

/** The parts of a server that requests and controllers share. */
export interface Assembly {
  readonly engine: Engine
  /** How it reaches others: ends with `life`. */
  readonly outside: Outside
  readonly life: AbortController
  /** Hears of errors that were not foreseen. */
  readonly onError: (error: unknown) => void
}

const usualToleration = 300
const usualBacklog = 10_000

const openObjects = ({ name, storage, log, history }: ApiServerOptions, onError: Assembly['onError']) =>
  Objects.open(storage, {
    onError,
    restored: withSharedFields,
    onStorage: (error) =>
      error === undefined
        ? log.info('changes are stored again', { server: name })
        : log.error('changes are not stored', { server: name, error }),
    ...(history !== undefined && { history }),
  })

/** Who asks a server for tokens looks first whether it makes any. */
const withoutTokens = ({ own, ...resource }: Resource): Resource =>
  own?.some(({ name }) => name === 'token') ? resource : { ...resource, ...(own && { own }) }

const registryOf = ({ access }: ApiServerOptions): Registry => {
  const registry = new Registry()
  const resources = access?.tokenKey === undefined ? builtins.map(withoutTokens) : builtins
  for (const [id, versions] of Map.groupBy(resources, idOf))
    registry.replace(id, versions, { storageVersion: versions[0]?.version ?? '', custom: false })
  return registry
}

/** What looks at a write first, and may change it. */
const admissionOf = (options: ApiServerOptions, objects: Objects): Admission => {
  const { access, admission, tolerationSeconds = usualToleration, withoutAdmission = [] } = options
  return chain([
    namespaceLifecycle(objects),
    whoAsked,
    ...(access && !withoutAdmission.includes('ServiceAccount') ? [serviceAccount(objects)] : []),
    ownAdmission(objects, tolerationSeconds),
    ...(admission ? [admission] : []),
  ])
}

/** What looks at it last, and may only refuse it. */
const guardOf = (objects: Objects, access: Access | undefined): Admission =>
  chain([
    podSecurity(objects),
    ownGuard(objects),
    ...(access?.rbac ? [noEscalation(access.rbac, access.authorize), signersGuard(access.authorize)] : []),
  ])

/** Opens storage, and puts together what works on what is in it. */
export const assemble = async (options: ApiServerOptions): Promise<Assembly> => {
  const { name, log, authorize, locate, now = () => new Date() } = options
  const onError = (error: unknown) => log.error('an error that was not foreseen', { server: name, error })
  const objects = await openObjects(options, onError)
  const registry = registryOf(options)
  const life = new AbortController()
  const http = createHttp({ signal: life.signal })
  const access = options.access
    ? openAccess(objects, options.access, { http, log, now })
    : authorize && foreignAccess(authorize)
  const outside = { http, objects, ...(locate && { locate }) }
  const engine: Engine = {
    objects,
    registry,
    watches: new Watches(objects),
    watchBacklog: options.watchBacklog ?? usualBacklog,
    admit: admissionOf(options, objects),
    guard: guardOf(objects, access),
    gate: new Gate(outside, registry, access?.authorize),
    quotas: new Quotas(objects, options.countsQuotas ?? false),
    tracks: options.tracks ?? (() => true),
    keepsStatus: options.keepsStatus ?? (() => false),
    collects: options.collectsGarbage !== false,
    now,
    ...(access && { access }),
    ...(options.kubelet && { kubelet: options.kubelet }),
    ...(options.services && { addresses: new Addresses(objects, options.services) }),
  }
  return { engine, outside, life, onError }
}
