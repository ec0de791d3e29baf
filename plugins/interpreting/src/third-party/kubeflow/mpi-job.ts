import type { Manifest } from '@flotilla/sdk'
import { conditionsOf } from '../conditions.ts'
import { collect } from '../status.ts'
import { hasNotFailed, training, trainingFields } from './training.ts'

const isUnderWay = (object: Manifest): boolean =>
  hasNotFailed(object) && conditionsOf(object.status).some(({ status }) => status === 'True')

export const mpiJob = training({
  apiVersion: 'kubeflow.org/v2beta1',
  kind: 'MPIJob',
  roles: 'mpiReplicaSpecs',
  replicas: (role) => (role === 'Worker' ? 0 : 1),
  isHealthy: isUnderWay,
  status: collect(...trainingFields),
})
