import { guestFunction } from '../../src/guest/points.ts'
import { guestSchemas, guestTypes, nestedTypes } from '../../src/guest/schema/index.ts'
import { assemblyscriptBindings } from './assemblyscript.ts'
import { goBindings } from './go.ts'
import { schemaDocument } from './json-schema.ts'
import { declarations, type Exported, typeIn } from './model.ts'
import { rustBindings } from './rust.ts'
import { typescriptBindings } from './typescript.ts'

const inFolder = (folder: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]))

/** The generated files, by their path in `sdk/guest`. */
export function bindings(): Readonly<Record<string, string>> {
  const declared = declarations(guestTypes, nestedTypes)
  const points: readonly Exported[] = Object.entries(guestSchemas).map(
    ([point, { description, argument, answer }]) => ({
      point,
      name: guestFunction({ id: point }),
      description,
      argument: typeIn(guestTypes, argument),
      answer: typeIn(guestTypes, answer),
    }),
  )
  const files = {
    'guest.d.ts': typescriptBindings(declared, points),
    ...inFolder('assemblyscript', assemblyscriptBindings(declared, points)),
    'go/flotilla.go': goBindings(declared, points),
    'rust/flotilla.rs': rustBindings(declared, points),
    'schema.json': schemaDocument(declared, points),
  }
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, `${text.trimEnd()}\n`]))
}
