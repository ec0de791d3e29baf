import { isFields } from '@flotilla/sdk'
import { checkedKey } from './signature.ts'

/** What the config file says of modules. */
export interface ModuleOptions {
  /** Where files of modules are. Without it none may be in a file. */
  readonly directory?: string
  /** Who may sign modules: Ed25519 public keys, SPKI in PEM. */
  readonly keys: readonly string[]
  /** Whether a module without a signature is refused. */
  readonly requireSigned: boolean
}

export const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    directory: { description: 'Where files of modules are.', type: 'string' },
    keys: { description: 'Who may sign modules.', type: 'array', items: { type: 'string' } },
    requireSigned: { description: 'Whether a module without a signature is refused.', type: 'boolean' },
  },
}

export function readOptions(options: unknown): ModuleOptions {
  const { directory, keys = [], requireSigned = false } = isFields(options) ? (options as Partial<ModuleOptions>) : {} // the schema holds
  if (requireSigned && keys.length === 0)
    throw new Error('requireSignedModules is set, and no moduleKeys: no module could be loaded')
  return { ...(directory && { directory }), keys: keys.map(checkedKey), requireSigned }
}
