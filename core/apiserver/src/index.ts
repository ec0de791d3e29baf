export { type IssuerWords, readAuthentication } from './access/issuer/words.ts'
export type { AccessOptions } from './access/open.ts'
export type { Admission, AdmissionRequest, Admitted } from './admission/admission.ts'
export type { Delegate } from './aggregation/delegate.ts'
export { type FrontProxy, openFrontProxy } from './aggregation/front-proxy.ts'
export { type Attributes, type Authorize, type Decision, masters } from './authorization.ts'
export { type Described, describe } from './documents.ts'
export type { AuditOptions } from './http/audit.ts'
export { type AuditPolicy, readAuditPolicy } from './http/audit-policy.ts'
export type { FrontProxyOptions } from './http/front-proxies.ts'
export type { Limits } from './http/limit.ts'
export type { Patience } from './http/patience.ts'
export {
  type Access,
  type HttpsListener,
  type HttpsOptions,
  type Mounted,
  serveHttps,
  type TlsFiles,
} from './http/serve.ts'
export type { Console, Kubelet, Line, TerminalSize } from './kubelet.ts'
export type { AdmissionPlugin, ApiServerOptions } from './options.ts'
export type { Locate } from './outside/place.ts'
export type { Answer, BodyAnswer, PassedAnswer, Request, TextAnswer, WatchAnswer, Wire } from './request.ts'
export type { Column, Convert, Resource, Strategy, ViewOf } from './resource.ts'
export { type ApiServer, createApiServer, type Exchange, exchanges } from './server.ts'
export { memoryStorage } from './storage/memory.ts'
export { type SqliteOptions, sqliteStorage } from './storage/sqlite.ts'
export type { Row, Snapshot, Storage, StoredRow } from './storage/storage.ts'
export { type Authority, type AuthorityOptions, type Credential, openAuthority, type Shelf } from './tls.ts'
export { inProcessTransport } from './transport.ts'
