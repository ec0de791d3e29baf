import { policies } from './policies.ts'

export const clusterPolicy = policies('ClusterPolicy')
