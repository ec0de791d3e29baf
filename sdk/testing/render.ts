import type { Manifest } from '../src/manifest.ts'
import { type Override, override } from '../src/points/render.ts'
import { cluster, deployment } from './build.ts'
import { type Case, exam } from './exam.ts'
import { sameObject } from './sound.ts'

export interface OverrideWords extends Case {
  /** By default about the Deployment `default/web` in `member1`. */
  readonly given: Partial<Override> & Pick<Override, 'overriders'>
  /** Without it the manifest stays as it is. */
  readonly becomes?: Manifest
}

const asked = ({ given }: OverrideWords): Override => ({ manifest: deployment(), cluster: cluster(), ...given })

/** Examines a plugin that does its part of an override rule. */
export const examineOverride = exam({
  point: override,
  asks: asked,
  says: (manifest) => manifest,
  wants: (words: OverrideWords) => words.becomes ?? asked(words).manifest,
  sound: (after, { manifest }) => sameObject(after, manifest),
})
