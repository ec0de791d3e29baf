import { type AggregatedStatusItem, type Ask, isFields, type Manifest } from '@flotilla/sdk'
import { type Given, type Interpretation, interpretation, type OperationName, operations } from '@flotilla/sdk/cases'
import { parseAllDocuments, stringify } from 'yaml'
import type { ExecuteFlags } from '../commands/interpret.ts'
import { naming } from '../output/sentence.ts'
import { contentOf, readFiles } from '../plan/files.ts'

async function objectIn(file: string): Promise<Manifest> {
  const [first, second] = await readFiles({ paths: [file], recursive: false })
  if (!first || second) throw new Error(`${file} has more than one object`)
  return first.manifest
}

/** Status items are no objects: documents, lists, or the `items` of one. */
function itemsIn(content: string): readonly AggregatedStatusItem[] {
  const documents = parseAllDocuments(content, { merge: true })
  if (!Array.isArray(documents)) return []
  for (const { errors } of documents) if (errors[0]) throw errors[0]
  const values: readonly unknown[] = documents.map((document) => document.toJS())
  const items = values
    .flat()
    .flatMap((value) => (isFields(value) && Array.isArray(value.items) ? value.items : [value]))
    .filter((value) => value !== null)
  if (!items.every(isFields)) throw new Error('an item in it is not an object')
  return items as unknown as readonly AggregatedStatusItem[] // as far as it has to be known here
}

const itemsAt = (file: string) => naming(file, async () => itemsIn(await contentOf(file)))

/** What the files of a command line give an operation. */
export async function givenBy({ desiredFile, observedFile, statusFile, desiredReplica }: ExecuteFlags): Promise<Given> {
  return {
    ...(desiredFile && { desiredObj: await objectIn(desiredFile) }),
    ...(observedFile && { observedObj: await objectIn(observedFile) }),
    ...(statusFile && { statusItems: await itemsAt(statusFile) }),
    ...(desiredReplica !== undefined && { inputReplicas: desiredReplica }),
  }
}

const kindOf = ({ desiredObj, observedObj }: Given): string => {
  const { apiVersion = '', kind = '' } = desiredObj ?? observedObj ?? {}
  return `${apiVersion} ${kind}`
}

/** Asks for one operation. Throws when nobody answers. */
export async function execute(ask: Ask, operation: OperationName, given: Given): Promise<Interpretation> {
  const found = await naming(operation, () => interpretation(ask, operation, given))
  if (!found) throw new Error(`nobody answers ${operation} for ${kindOf(given)}`)
  return found
}

/** Section by section, as Karmada prints it. */
export function executionText(operation: OperationName, found: Interpretation): string {
  const names = operations[operation].gives
  return names
    .map((name, i) => `---\n# [${i + 1}/${names.length}] ${name}:\n${stringify(found[name] ?? null).trimEnd()}`)
    .join('\n')
}
