import { errors, type Gate, type Host, type ModuleSource, type ResourceInterpreterModule } from '@flotilla/sdk'
import type { ModuleOptions } from '../options.ts'
import { configMapKind, fromConfigMap } from './config-map.ts'
import { type Errand, fromUrl } from './download.ts'
import { fromFile } from './file.ts'
import { loginIn } from './login.ts'
import { type Fetched, fromText } from './program.ts'
import { fromRegistry, imageOf } from './registry.ts'

/** What fetching needs. */
export interface Means {
  readonly host: Host
  readonly options: ModuleOptions
  readonly signal: AbortSignal
  /** Bounds how many programs are on their way at once. Those that are here already do not wait for others that are slow to come. */
  readonly gate: Gate
}

/** Where a program is, for messages. */
export function placeOf({ inline, configMapRef, file, url, oci }: ModuleSource): string {
  if (inline !== undefined) return 'spec.source.inline'
  if (configMapRef) return `ConfigMap ${configMapRef.namespace}/${configMapRef.name}`
  return file ?? url ?? oci?.image ?? 'nowhere'
}

/** Whether what is there may be another thing the next time it is asked for, without anybody here being told. */
export const isElsewhere = ({ url, oci }: ModuleSource): boolean => url !== undefined || oci !== undefined

async function fromImage({ spec }: ResourceInterpreterModule, means: Means, errand: Errand): Promise<Fetched> {
  const { image: text = '', secretRef } = spec.source.oci ?? {}
  const image = imageOf(text)
  if (!image) throw new Error('an image is written as registry/repository@sha256:...')
  const login = secretRef && (await loginIn(secretRef, image.registry, means.host.client, means.signal))
  return fromRegistry(image, spec.runtime, errand, login)
}

async function found(module: ResourceInterpreterModule, means: Means): Promise<Fetched> {
  const { runtime, source } = module.spec
  const { host, options, signal } = means
  const errand: Errand = { http: host.http, signal, ...(source.caBundle && { ca: source.caBundle }) }
  if (source.inline !== undefined) return { program: fromText(source.inline, runtime) }
  if (source.configMapRef) return fromConfigMap(source.configMapRef, runtime, host.store(configMapKind))
  if (source.file !== undefined) return fromFile(source.file, options.directory)
  if (source.url !== undefined) return { program: await fromUrl(source.url, errand) }
  if (source.oci) return fromImage(module, means, errand)
  throw new Error('spec.source names no place')
}

/** The program of a module. Throws `MODULE_FETCH`. */
export async function fetchProgram(module: ResourceInterpreterModule, means: Means): Promise<Fetched> {
  try {
    const find = () => found(module, means)
    return await (isElsewhere(module.spec.source) ? means.gate.pass(find) : find())
  } catch (cause) {
    throw errors.MODULE_FETCH(module.metadata.name, placeOf(module.spec.source), cause)
  }
}
