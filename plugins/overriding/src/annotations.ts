import { definePlugin, type Manifest, on, render } from '@flotilla/sdk'
import { overrideMap } from './document/string-map.ts'

/** The manifest with its annotations overridden; not those of its pod template. */
export const overrideAnnotations = ({ overriders, ...scene }: render.Override): Manifest | undefined =>
  overrideMap(scene, 'annotations', overriders.annotationsOverrider)

export const annotationsOverrider = definePlugin({
  name: 'annotations-overrider',
  extensions: () => [on(render.override, overrideAnnotations)],
})
