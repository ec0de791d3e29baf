import { type ConfigMapKey, type Kind, keyText, type Manifest, type Store, type StringMap } from '@flotilla/sdk'
import { type Fetched, fromBase64, fromText } from './program.ts'

export interface ConfigMap extends Manifest {
  readonly data?: StringMap
  readonly binaryData?: StringMap
}

export const configMapKind: Kind<ConfigMap> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  scope: 'Namespaced',
}

/** The program in a ConfigMap. */
export async function fromConfigMap(
  ref: ConfigMapKey,
  runtime: 'wasm' | 'javascript',
  store: Store<ConfigMap>,
): Promise<Fetched> {
  await store.synced
  const map = store.get(ref)
  if (!map) throw new Error(`there is no ConfigMap ${keyText(ref)}`)
  const { data = {}, binaryData = {} } = map
  if (Object.hasOwn(binaryData, ref.key)) return { program: fromBase64(binaryData[ref.key] ?? '') }
  if (Object.hasOwn(data, ref.key)) return { program: fromText(data[ref.key] ?? '', runtime) }
  throw new Error(`ConfigMap ${keyText(ref)} has no key ${ref.key}`)
}
