import { fieldAt, type interpret, type Manifest, pods } from '@flotilla/sdk'
import { text } from '../../read.ts'

/** The names at paths of the spec: `secretRef.name`. */
const namesAt = ({ spec }: Manifest, paths: readonly string[]): readonly (string | undefined)[] =>
  paths.map((path) => text(fieldAt(spec, path.split('.'))))

/** The secrets whose names stand at paths of the spec. */
export const secretsAt = (object: Manifest, ...paths: readonly string[]): readonly interpret.Dependency[] =>
  pods.namedDependencies(object, 'Secret', namesAt(object, paths))

/** The account it acts as; the default one is everywhere. */
export const accountOf = (object: Manifest): readonly interpret.Dependency[] =>
  pods.namedDependencies(
    object,
    'ServiceAccount',
    namesAt(object, ['serviceAccountName']).filter((name) => name !== 'default'),
  )
