export { answer, type Question, type Reply } from './answer.ts'
export {
  type ImportFacts,
  importFacts,
  importFactsKinds,
  type ServiceFacts,
  type SliceFacts,
  serviceFacts,
  serviceFactsKind,
  sliceFacts,
  sliceFactsKind,
} from './facts.ts'
export { namesOf } from './names.ts'
export { createResponder, type Respond } from './respond.ts'
export { type DnsServer, type DnsServerOptions, startDnsServer } from './server.ts'
export { keepZone, ServiceZone, type ZoneOptions, type ZoneStores } from './zone.ts'
