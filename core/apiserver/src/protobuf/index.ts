export { readEnvelope } from './envelope.ts'
