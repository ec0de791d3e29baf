export { type KeyedRequest, type Requested, readRequest, requestFor } from './certificate/request.ts'
export {
  type Asking,
  type CertificateSigningRequest,
  certificateFor,
  clientSigner,
  clientUsages,
  type SignedCertificate,
  signingRequestKind,
} from './certificate/signing.ts'
export { type ClientOptions, createClient } from './client.ts'
export { createController, type Surroundings } from './controller.ts'
export { withDeadline } from './deadline.ts'
export { createDiscovery, type Discovery, type DiscoveryOptions, type ServedKind } from './discovery.ts'
export { createRecorder, type RecorderOptions, type Reporter } from './events.ts'
export { type Fence, type FenceOptions, fenced } from './fence.ts'
export { addFinalizer, hasFinalizer, removeFinalizer } from './finalizer.ts'
export type { CredentialSource, Credentials } from './http/credentials.ts'
export { faultOf, isBroken } from './http/fault.ts'
export { linesOf } from './http/lines.ts'
export { createHttp } from './http/outside.ts'
export { openPassage, type PassAnswer, type Passage, type PassageOptions, type PassCall } from './http/passage.ts'
export { endToEnd, relay, relayUpgrade } from './http/relay.ts'
export { credentialsOf, type HttpOptions, httpTransport } from './http/transport.ts'
export { type Connection, responseOn, type UpgradeHandler, Upgrades } from './http/upgrades.ts'
export {
  type KubeContext,
  kubeconfigFrom,
  kubeconfigOnward,
  loadContext,
  loadKubeconfig,
  type Onward,
} from './kubeconfig.ts'
export { createLease, type Lease, type LeaseObject, type LeaseOptions } from './lease.ts'
export { type Projection, withoutManagedFields } from './projection.ts'
export * from './runtime.ts'
export type { Served } from './served.ts'
export { divided, shardOf, stableHash } from './shard.ts'
export { createShards, leaderLabels, type Shards, type ShardsOptions, type Turn, undivided } from './shards.ts'
export { updateStatus } from './status.ts'
export * from './transport.ts'
export { createWorker, type Step, steps, type Worker, type WorkerOptions } from './worker.ts'
