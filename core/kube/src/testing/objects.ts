import type { Kind, Manifest, ObjectMeta } from '@flotilla/sdk'
import type { ApiResponse, WireEvent } from '../transport.ts'
import type { Answer } from './scripted-transport.ts'

export const configMapKind: Kind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced' }
export const deploymentKind: Kind = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  scope: 'Namespaced',
}
export const nodeKind: Kind = { apiVersion: 'v1', kind: 'Node', plural: 'nodes', scope: 'Cluster' }

/** A ConfigMap of namespace `default`; its uid is its name. */
export const configMap = (name: string, resourceVersion: number, metadata: Partial<ObjectMeta> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', uid: name, resourceVersion: String(resourceVersion), ...metadata },
})

export const event = (type: WireEvent['type'], object: unknown): WireEvent => ({ type, object })

export const bookmark = (resourceVersion: number): WireEvent =>
  event('BOOKMARK', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { resourceVersion: String(resourceVersion) } })

export const status = (code: number, reason: string, details = {}): ApiResponse => ({
  status: code,
  body: { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code, reason, message: reason, details },
})

export const ok =
  (body: unknown, code = 200): Answer =>
  () => ({ status: code, body })

export const listOf = (resourceVersion: number, items: readonly Manifest[], next?: string): unknown => ({
  apiVersion: 'v1',
  kind: 'ConfigMapList',
  metadata: { resourceVersion: String(resourceVersion), ...(next && { continue: next }) },
  items,
})
