import { pods } from '@flotilla/sdk'

export const namedDependencies: typeof pods.namedDependencies = pods.namedDependencies
export const podDependencies: typeof pods.podDependencies = pods.podDependencies
