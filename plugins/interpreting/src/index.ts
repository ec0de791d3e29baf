import type { Plugin } from '@flotilla/sdk'
import { nativePlugins } from './native/index.ts'
import { thirdPartyPlugins } from './third-party/index.ts'

/** The kinds Flotilla knows by itself: those of other projects, then those of Kubernetes. */
export const interpretingPlugins: readonly Plugin[] = [...thirdPartyPlugins, ...nativePlugins]

export { nativePlugins, thirdPartyPlugins }
