/** What a webhook can be asked. */
export const operations = [
  'InterpretReplica',
  'InterpretComponent',
  'InterpretDependency',
  'ReviseReplica',
  'Retain',
  'AggregateStatus',
  'InterpretStatus',
  'InterpretHealth',
] as const

export type Operation = (typeof operations)[number]
