import { inVersion } from './versions.ts'
import type { Asked } from './webhooks.ts'
import type { Write } from './write.ts'

const ask = async ({ hook, served }: Asked, write: Write): Promise<readonly string[]> => {
  const [object, before] = await Promise.all([
    write.object && inVersion(write.served, served, write.object),
    write.before && inVersion(write.served, served, write.before),
  ])
  const verdict = await hook.ask({ ...write, ...(object && { object }), ...(before && { before }) }, served)
  return verdict?.warnings ?? []
}

/** Asks webhooks that may refuse a write, all at once; answers what the user should hear. Throws the first refusal. */
export const validate = async (write: Write, hooks: readonly Asked[]): Promise<readonly string[]> => {
  const outcomes = await Promise.allSettled(hooks.map((each) => ask(each, write)))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []))
}
