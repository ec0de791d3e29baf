import type { Kind } from './kind.ts'
import { scaling } from './scaling.ts'
import { services } from './services.ts'
import { workloads } from './workloads.ts'

export const allKinds: readonly Kind[] = [...workloads, ...services, ...scaling]
