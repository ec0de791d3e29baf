import type { Plugin } from '@flotilla/sdk'
import { modules } from './modules.ts'
import { policyModules } from './policy-modules.ts'

/** Modules that interpret. */
export const modulePlugins: readonly Plugin[] = [modules]

/** Modules at all other points. */
export const policyModulePlugins: readonly Plugin[] = [policyModules]
