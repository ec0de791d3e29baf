import { stringify } from 'yaml'
import { textOf } from '../store/text.ts'
import { isObjectList } from './table.ts'

/** What is frozen outlives this answer: its text is worth keeping. */
const encodeItem = (item: object): string => (Object.isFrozen(item) ? textOf(item) : JSON.stringify(item))

/** Plain data as JSON. */
export const encodeJson = (body: unknown): string => {
  if (typeof body !== 'object' || body === null) return JSON.stringify(body)
  if (!isObjectList(body)) return encodeItem(body)
  const { items, ...head } = body
  return `${JSON.stringify(head).slice(0, -1)},"items":[${items.map(encodeItem).join(',')}]}`
}

/** Plain data as YAML. */
export const encodeYaml = (body: unknown): string => stringify(body, { aliasDuplicateObjects: false })
