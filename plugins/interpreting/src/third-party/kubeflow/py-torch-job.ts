import { hasNotFailed, training } from './training.ts'

export const pyTorchJob = training({
  apiVersion: 'kubeflow.org/v1',
  kind: 'PyTorchJob',
  roles: 'pytorchReplicaSpecs',
  replicas: () => 1,
  isHealthy: hasNotFailed,
  hasDependencies: true,
})
