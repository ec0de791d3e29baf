import type { Plugin } from '@flotilla/sdk'
import { apiEnablement } from './api-enablement.ts'
import { clusterAffinity } from './cluster-affinity.ts'
import { clusterEviction } from './cluster-eviction.ts'
import { clusterLocality } from './cluster-locality.ts'
import { clusterScore } from './cluster-score.ts'
import { clusterSelector } from './cluster-selector.ts'
import { selectionByCluster } from './select-by-cluster.ts'
import { selectionByGroup } from './select-by-group.ts'
import { spreadConstraint } from './spread-constraint.ts'
import { taintToleration } from './taint-toleration.ts'
import { workloadAffinity } from './workload-affinity.ts'
import { workloadAntiAffinity } from './workload-anti-affinity.ts'

/**
 * Which clusters a binding may go to, and which of them it goes to. The first refusal of a cluster is the one its operator
 * reads, so what the user asked for comes before what the cluster is like.
 */
export const schedulingPlugins: readonly Plugin[] = [
  // may it go there?
  clusterAffinity,
  clusterSelector,
  clusterEviction,
  taintToleration,
  apiEnablement,
  spreadConstraint,
  workloadAffinity,
  workloadAntiAffinity,
  // how good is it there?
  clusterLocality,
  clusterScore,
  // which of them?
  selectionByGroup,
  selectionByCluster,
]
