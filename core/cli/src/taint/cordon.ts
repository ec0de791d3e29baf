import { type Taint, taintKey } from '@flotilla/sdk'
import { isOf } from './wish.ts'

const unschedulable: Taint = { key: taintKey.unschedulable, effect: 'NoSchedule' }

/** Nothing new comes to a cluster that is cordoned. The same list when it is already. */
export const cordoned = (taints: readonly Taint[]): readonly Taint[] =>
  taints.some(isOf(unschedulable)) ? taints : [...taints, unschedulable]

export const uncordoned = (taints: readonly Taint[]): readonly Taint[] =>
  taints.some(isOf(unschedulable)) ? taints.filter((taint) => !isOf(unschedulable)(taint)) : taints
