import { cluster } from './cluster.ts'
import { core } from './core.ts'
import type { Kind } from './kind.ts'
import { scaling } from './scaling.ts'
import { services } from './services.ts'
import { storage } from './storage.ts'
import { workloads } from './workloads.ts'

export const allKinds: readonly Kind[] = [...workloads, ...core, ...services, ...scaling, ...storage, ...cluster]
