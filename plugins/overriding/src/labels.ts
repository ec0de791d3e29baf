import { definePlugin, type Manifest, on, render } from '@flotilla/sdk'
import { overrideMap } from './document/string-map.ts'

/** The manifest with its labels overridden; not those of its pod template. */
export const overrideLabels = ({ overriders, ...scene }: render.Override): Manifest | undefined =>
  overrideMap(scene, 'labels', overriders.labelsOverrider)

export const labelsOverrider = definePlugin({
  name: 'labels-overrider',
  extensions: () => [on(render.override, overrideLabels)],
})
