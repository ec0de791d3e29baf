export * from './discovery.ts'
export * from './runtime.ts'
export * from './transport.ts'
export * from './worker.ts'
