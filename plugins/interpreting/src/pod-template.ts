import type { pods } from '@flotilla/sdk'

export type PodTemplate = pods.PodTemplate
export type PodSpec = pods.PodSpec
export type Container = pods.Container
export type Named = pods.Named
export type Volume = pods.Volume
