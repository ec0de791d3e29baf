import type { Cluster } from '../api/cluster.ts'
import type { Overriders } from '../api/override-policy.ts'
import type { Manifest } from '../manifest.ts'
import { point } from '../point.ts'
import { pipe } from '../rules.ts'
import { wrongManifest } from './wrong.ts'

/** One rule of one override policy that is about this cluster. */
export interface Override {
  readonly manifest: Manifest
  readonly cluster: Cluster
  readonly overriders: Overriders
}

/** Asked for each rule that is about the cluster, in the order of policies and rules. Each plugin does its own part of `overriders`. */
export const override = point('render.override', pipe<Override>, (answer, { manifest }) =>
  wrongManifest(answer, manifest),
)
