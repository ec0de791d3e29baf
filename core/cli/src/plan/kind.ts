import type { ServedKind } from '@flotilla/kube'
import { groupOf } from '@flotilla/sdk'
import type { Control } from './control.ts'

/** The names by which a person may mean a kind: those kubectl knows. */
function namesOf({ apiVersion, kind, plural, shortNames = [] }: ServedKind): readonly string[] {
  const group = groupOf(apiVersion)
  const names = [plural, kind.toLowerCase(), ...shortNames]
  return group ? [...names, `${plural}.${group}`, `${kind.toLowerCase()}.${group}`] : names
}

/** The kind a person means, the server's first of that name. Throws when there is none. `server`: what it is called. */
export async function kindNamed(
  { discovery }: Pick<Control, 'discovery'>,
  name: string,
  server = 'the control plane',
): Promise<ServedKind> {
  const kinds = await discovery.kinds()
  const found = kinds.find((kind) => namesOf(kind).includes(name.toLowerCase()))
  if (!found) throw new Error(`${server} has no resource type "${name}"`)
  return found
}
