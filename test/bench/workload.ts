import type { Manifest, OverridePolicy } from '@flotilla/sdk'

/** A Deployment of about 5 KB, as a real one is: probes, resources, environment. */
export function deployment(name: string, withDependencies: boolean): Manifest {
  const labels = { app: name }
  const env = Array.from({ length: 60 }, (_, index) => ({
    name: `SETTING_${index}`,
    value: `the value of setting ${index}, long enough to be one`,
  }))
  const envFrom = withDependencies ? [{ configMapRef: { name } }] : []
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'registry.example.com/bench/main:1.0.0',
              env,
              envFrom,
              ports: [{ name: 'http', containerPort: 8080 }],
              resources: { requests: { cpu: '1m', memory: '1Mi' } },
              readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
              livenessProbe: { httpGet: { path: '/live', port: 'http' }, periodSeconds: 10 },
            },
          ],
        },
      },
    },
  }
}

export const configMap = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { greeting: 'hello' },
})

export const policy = (name: string, members: readonly string[], propagateDeps: boolean): Manifest => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'PropagationPolicy',
  metadata: { name, namespace: 'default' },
  spec: {
    propagateDeps,
    resourceSelectors: [{ apiVersion: 'apps/v1', kind: 'Deployment', name }],
    placement: { clusterAffinity: { clusterNames: members } },
  },
})

/** Has the images of Deployments pulled from elsewhere. */
export const imageOverride = (names: readonly string[], registry: string): OverridePolicy => ({
  apiVersion: 'policy.karmada.io/v1alpha1',
  kind: 'OverridePolicy',
  metadata: { name: `mirror-of-${names[0]}`, namespace: 'default' },
  spec: {
    resourceSelectors: names.map((name) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name })),
    overrideRules: [
      { overriders: { imageOverrider: [{ component: 'Registry', operator: 'replace', value: registry }] } },
    ],
  },
})
