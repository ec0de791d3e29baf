import { ofKind } from '../interpreter.ts'

/** Healthy once it is there; it has no status. */
export const configMap = ofKind(
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { isHealthy: () => true, status: () => undefined },
)
