import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Manifest } from '@flotilla/sdk'
import { parseAllDocuments } from 'yaml'

const directory = fileURLToPath(new URL('../../../../docs/samples/web/', import.meta.url))

/** The sample application and its policies, as they stand in the docs. */
export const sample = (): readonly Manifest[] =>
  ['application.yaml', 'policies.yaml'].flatMap((file) =>
    parseAllDocuments(readFileSync(join(directory, file), 'utf8')).map((document) => document.toJS() as Manifest),
  )
