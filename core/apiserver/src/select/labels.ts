import type { StringMap } from '@flotilla/sdk'
import { refusal } from '../status.ts'
import type { Selection } from './selection.ts'

type Requirement = (labels: StringMap) => boolean

const unparsable = (text: string, why: string) => refusal.badRequest(`unable to parse requirement: ${why}: "${text}"`)

const keyPattern = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const valuePattern = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/

const checkedKey = (key: string, text: string): string => {
  if (!keyPattern.test(key)) throw unparsable(text, `invalid label key "${key}"`)
  return key
}

const checkedValue = (value: string, text: string): string => {
  if (!valuePattern.test(value)) throw unparsable(text, `invalid label value "${value}"`)
  return value
}

/** Commas between requirements, not those inside parentheses. */
const split = (selector: string): string[] => {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < selector.length; index += 1) {
    const character = selector[index]
    if (character === '(') depth += 1
    else if (character === ')') depth -= 1
    else if (character === ',' && depth === 0) {
      parts.push(selector.slice(start, index))
      start = index + 1
    }
  }
  if (depth !== 0) throw unparsable(selector, 'unbalanced parentheses')
  return [...parts, selector.slice(start)].map((part) => part.trim())
}

const setForm = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/
const pairForm = /^([^=!<>\s]+)\s*(==|=|!=|<|>)\s*([^=!<>\s]*)$/

const among = (text: string, [, key = '', operator, list = '']: RegExpExecArray): Requirement => {
  const name = checkedKey(key, text)
  const values = new Set(list.split(',').map((value) => checkedValue(value.trim(), text)))
  if (operator === 'in') return (labels) => labels[name] !== undefined && values.has(labels[name])
  return (labels) => labels[name] === undefined || !values.has(labels[name])
}

const integer = (value: string, text: string): number => {
  if (!/^-?\d+$/.test(value)) throw unparsable(text, 'for > and < the value must be an integer')
  return Number(value)
}

const compared = (text: string, [, key = '', operator, value = '']: RegExpExecArray): Requirement => {
  const name = checkedKey(key, text)
  if (operator === '<' || operator === '>') {
    const bound = integer(value, text)
    const sign = operator === '>' ? 1 : -1
    return (labels) => labels[name] !== undefined && (Number(labels[name]) - bound) * sign > 0
  }
  checkedValue(value, text)
  if (operator === '!=') return (labels) => labels[name] !== value
  return (labels) => labels[name] === value
}

const requirement = (text: string): Requirement => {
  const set = setForm.exec(text)
  if (set) return among(text, set)
  const pair = pairForm.exec(text)
  if (pair) return compared(text, pair)
  if (text.startsWith('!')) {
    const absent = checkedKey(text.slice(1).trim(), text)
    return (labels) => labels[absent] === undefined
  }
  const present = checkedKey(text, text)
  return (labels) => labels[present] !== undefined
}

const none: StringMap = {}

/**
 * A label selector in kubectl's words: `app=web,tier in (a,b),!canary`. Empty selects everything.
 * Throws 400 when it cannot be read.
 */
export const selectLabels = (selector: string | undefined): Selection => {
  if (!selector?.trim()) return undefined
  const requirements = split(selector).map(requirement)
  return ({ metadata }) => {
    const labels = metadata.labels ?? none
    return requirements.every((holds) => holds(labels))
  }
}
