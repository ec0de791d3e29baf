import type { User } from '@flotilla/kube'
import type { Log, Manifest } from '@flotilla/sdk'
import type { AccessOptions } from './access/open.ts'
import type { ServiceOptions } from './admission/addresses.ts'
import type { Admission } from './admission/admission.ts'
import type { Delegate } from './aggregation/delegate.ts'
import type { FrontProxy } from './aggregation/front-proxy.ts'
import type { Authorize } from './authorization.ts'
import type { Kubelet } from './kubelet.ts'
import type { Locate } from './outside/place.ts'
import type { Convert } from './resource.ts'
import type { Storage } from './storage/storage.ts'

/** What a server where no Pods run does better without. */
export type AdmissionPlugin = 'ServiceAccount'

export interface ApiServerOptions {
  /** For messages. */
  readonly name: string
  readonly storage: Storage
  /** Asked before every write, after the server's own checks. */
  readonly admission?: Admission
  /** What of a cluster's own admission is left out, by the name Kubernetes has for it. */
  readonly withoutAdmission?: readonly AdmissionPlugin[]
  /** How long a Pod stays on a machine that nobody hears of, if it does not say; by default 300 seconds. */
  readonly tolerationSeconds?: number
  /**
   * Converts objects of CustomResourceDefinitions whose conversion is by webhook, in place of the webhook, which is then
   * not called. Where it does not know a kind, the webhook is.
   */
  readonly convert?: Convert
  /**
   * Where the Service of a webhook listens, as `host:port`; by default, and where it does not know, one of the endpoints that
   * the server has of it.
   */
  readonly locate?: Locate
  /** Roles and their bindings say who may do what; there are ServiceAccounts. By default every user may do everything. */
  readonly access?: AccessOptions
  /** Who says it where roles do not. */
  readonly authorize?: Authorize
  /**
   * Whose writes are recorded in `managedFields`; by default everyone's. Controllers in the same process can be left
   * out: they apply nothing, and to record every field of what they write doubles its size.
   */
  readonly tracks?: (user: User) => boolean
  /**
   * Whose objects are made with the status they come with; by default nobody's. Who plays a kubelet in the same process
   * writes a pod that starts at once only once.
   */
  readonly keepsStatus?: (user: User) => boolean
  /** Knows what containers write; without one, logs are refused. */
  readonly kubelet?: Kubelet
  /** CustomResourceDefinitions to have from the start: created, or updated to what they say here. */
  readonly crds?: readonly Manifest[]
  /** Subresources that lead to something else, by the name of the definition: whoever mounts the server answers for them. */
  readonly connects?: Readonly<Record<string, readonly string[]>>
  /** Versions of groups that are answered for here and not by this library, by name: `metrics.k8s.io/v1beta1`. */
  readonly groups?: Readonly<Record<string, Delegate>>
  /** What other API servers, which APIServices lead to, know this one by as one that speaks for others. */
  readonly frontProxy?: FrontProxy
  /** Whether what has lost all its owners goes; by default it does. A server that holds a part of what there is must not. */
  readonly collectsGarbage?: boolean
  /**
   * Whether the server counts what is used of ResourceQuotas; by default someone else does, and what that one has not written
   * into their status does not hold.
   */
  readonly countsQuotas?: boolean
  /** What Services are given: addresses in the cluster, ports of its nodes. By default nothing: somebody else may give it. */
  readonly services?: ServiceOptions
  readonly log: Log
  readonly now?: () => Date
  /** How many changes are remembered for watches that resume. By default 4096. */
  readonly history?: number
  /** How many events may wait for a watcher that does not read. By default 10,000. */
  readonly watchBacklog?: number
}
