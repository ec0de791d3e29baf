import type { Plugin } from '@flotilla/sdk'
import { customizedInterpreter } from './customized-interpreter.ts'

/** Interpreters that tenants write in Lua. */
export const customizingPlugins: readonly Plugin[] = [customizedInterpreter]
