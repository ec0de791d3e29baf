import { ApiError, deepEqual, keyOf, prune, type Reference } from '@flotilla/sdk'
import { type Known, referenceOf } from './placed.ts'
import type { Scratch } from './scratch.ts'

/** What the control plane would say to one object of the files. */
export interface Applied {
  readonly object: Reference
  readonly from: string
  readonly result: 'created' | 'configured' | 'unchanged' | 'refused'
  readonly reason?: string
}

/** What has to be there before anything of it is applied goes first; the rest stays in the order of the files. */
const firstKinds = ['Namespace', 'CustomResourceDefinition']

const inOrder = (objects: readonly Known[]): readonly Known[] => [
  ...firstKinds.flatMap((kind) => objects.filter(({ manifest }) => manifest.kind === kind)),
  ...objects.filter(({ manifest }) => !firstKinds.includes(manifest.kind)),
]

/** What is applied, or why it is refused. */
async function resultOf(
  { client, apply }: Scratch,
  { kind, manifest }: Known,
): Promise<Pick<Applied, 'result' | 'reason'>> {
  if (!kind) {
    const reason = `nobody serves ${manifest.kind} of ${manifest.apiVersion}: is its CustomResourceDefinition missing?`
    return { result: 'refused', reason }
  }
  try {
    const before = await client.get(kind, keyOf(manifest))
    const after = await apply(kind, manifest)
    if (!before) return { result: 'created' }
    return { result: deepEqual(prune(before), prune(after)) ? 'unchanged' : 'configured' }
  } catch (error) {
    if (error instanceof ApiError) return { result: 'refused', reason: error.message }
    throw error
  }
}

/** One after the other: a definition may bring the kind of what comes next. */
export async function applyAll(scratch: Scratch, objects: readonly Known[]): Promise<readonly Applied[]> {
  const applied: Applied[] = []
  for (const object of inOrder(objects)) {
    const { manifest, from } = object
    applied.push({ object: referenceOf(manifest), from, ...(await resultOf(scratch, object)) })
  }
  return applied
}
