import type { Manifest } from '@flotilla/sdk'

/** What is written and read: one kind, as users have it, of about 2 KB; `#` is the number of each. */
export interface Load {
  readonly name: string
  readonly collection: string
  readonly manifest: Manifest
}

export const namespace = 'bench'

const lines = (count: number, length: number): string =>
  Array.from({ length: count }, (_, i) => `setting.${i} = ${'value '.repeat(length).trim()}`).join('\n')

const metadata = (name: string) => ({ name, namespace, labels: { app: 'bench', 'app.kubernetes.io/part-of': 'shop' } })

const configMap: Manifest = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata('settings-#'),
  data: { 'application.properties': lines(20, 10), 'logging.properties': lines(6, 8), mode: 'production', index: '#' },
}

const deployment: Manifest = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: metadata('web-#'),
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web-#' } },
    template: {
      metadata: { labels: { app: 'web-#' } },
      spec: {
        containers: [
          {
            name: 'web',
            image: 'registry.example.com/shop/web:1.2.3',
            env: Array.from({ length: 24 }, (_, i) => ({ name: `SETTING_${i}`, value: `value of setting ${i}` })),
            ports: [{ name: 'http', containerPort: 8080 }],
            resources: { requests: { cpu: '250m', memory: '64Mi' }, limits: { cpu: '1', memory: '256Mi' } },
            readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
            volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }],
          },
        ],
        volumes: [{ name: 'settings', configMap: { name: 'settings-#' } }],
      },
    },
  },
}

/** A custom resource whose definition has a schema of some hundred lines. */
const policy: Manifest = {
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: metadata('policy-#'),
  spec: {
    resourceSelectors: Array.from({ length: 12 }, (_, i) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: `web-${i}-of-#`,
      labelSelector: { matchLabels: { app: `web-${i}` } },
    })),
    placement: {
      clusterAffinity: { labelSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['t1', 't2'] }] } },
      replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' },
    },
  },
}

export const loads = {
  configMap: { name: 'ConfigMap', collection: `/api/v1/namespaces/${namespace}/configmaps`, manifest: configMap },
  deployment: {
    name: 'Deployment',
    collection: `/apis/apps/v1/namespaces/${namespace}/deployments`,
    manifest: deployment,
  },
  custom: {
    name: 'custom resource with a schema',
    collection: `/apis/policy.karmada.io/v1alpha1/namespaces/${namespace}/propagationpolicies`,
    manifest: policy,
  },
} satisfies Record<string, Load>

/** The one object of its kind, so that who watches it hears of nothing else. */
export const told: Load = {
  name: 'Secret',
  collection: `/api/v1/namespaces/${namespace}/secrets`,
  manifest: {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadata('told'),
    stringData: { text: lines(24, 12), index: '#' },
  },
}
