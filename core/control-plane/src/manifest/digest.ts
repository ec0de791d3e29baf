import { hash } from 'node:crypto'
import { isFields } from '@flotilla/sdk'

const inOrder = (_: string, value: unknown): unknown =>
  isFields(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value

/** The same text for values that say the same, whatever the order of their keys: to compare without keeping them. */
export const digest = (value: unknown): string => hash('sha256', JSON.stringify(value, inOrder) ?? '', 'base64')
