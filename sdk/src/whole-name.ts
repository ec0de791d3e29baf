import { errors } from './errors.ts'

/** An expression of a setting that has to match a name from end to end. Throws `CONFIG_INVALID`, naming the setting. */
export function wholeName(expression: string, setting: string): RegExp {
  try {
    return new RegExp(`^(?:${expression})$`)
  } catch (cause) {
    throw errors.CONFIG_INVALID(setting, String(cause))
  }
}
