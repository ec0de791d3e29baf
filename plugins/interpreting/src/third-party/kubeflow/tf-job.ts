import { hasNotFailed, training } from './training.ts'

export const tfJob = training({
  apiVersion: 'kubeflow.org/v1',
  kind: 'TFJob',
  roles: 'tfReplicaSpecs',
  replicas: () => 1,
  isHealthy: hasNotFailed,
  hasDependencies: true,
})
