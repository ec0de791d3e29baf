import { globSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Ask, type GuestPoint, guestPoints, isFields, type Point } from '@flotilla/sdk'
import { differ } from '@flotilla/sdk/cases'
import { LineCounter, parseAllDocuments } from 'yaml'
import type { CaseResult } from '../interpret/verdicts.ts'
import { sentence } from '../output/sentence.ts'

/** What was asked at a point once, and what has to be answered again: for points that no case of an interpreter is about. */
export interface Exchange {
  readonly name: string
  readonly point: GuestPoint
  readonly argument: unknown
  /** Null: no opinion. */
  readonly answer: unknown
}

/** An exchange as it stands in a file, or why it is none. */
export interface WrittenExchange {
  /** `exchanges/score.yaml:12` */
  readonly from: string
  readonly words?: Exchange
  readonly error?: unknown
}

const pointNamed = (id: unknown): GuestPoint => {
  const found = guestPoints.find((point) => point.id === id)
  if (found) return found
  throw new Error(`there is no point ${id}; there are ${guestPoints.map(({ id }) => id).join(', ')}`)
}

/** Reads an exchange. Throws what is wrong with it. */
export function exchangeOf(value: unknown): Exchange {
  if (!isFields(value)) throw new Error('it is not an object')
  const { name, point, argument, answer } = value
  if (typeof name !== 'string' || name === '') throw new Error('it has no name')
  if (!isFields(argument)) throw new Error(`${name}: it has no argument`)
  if (answer === undefined) throw new Error(`${name}: it has no answer; null is no opinion`)
  return { name, point: pointNamed(point), argument, answer }
}

function inFile(file: string): readonly WrittenExchange[] {
  const lines = new LineCounter()
  const documents = parseAllDocuments(readFileSync(file, 'utf8'), {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
  })
  if (!Array.isArray(documents)) return []
  return documents.map((document) => {
    const [fault] = document.errors
    const from = `${file}:${lines.linePos(fault ? fault.pos[0] : (document.contents?.range[0] ?? 0)).line}`
    try {
      if (fault) throw fault
      return { from, words: exchangeOf(document.toJS()) }
    } catch (error) {
      return { from, error }
    }
  })
}

/** The exchanges of a project: those in its folder `exchanges`, if it has one. */
export const readExchanges = (folder: string): readonly WrittenExchange[] =>
  globSync('exchanges/**/*.{yaml,yml,json}', { cwd: folder })
    .sort()
    .flatMap((file) => inFile(relative(process.cwd(), join(folder, file))))

/** An answer as it would cross a border: plain JSON, and null for no opinion. */
const plain = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)))

/** Asks again, and compares. */
export async function judgeExchange(ask: Ask, { from, words, error }: WrittenExchange): Promise<CaseResult> {
  if (!words) return { name: '', from, passed: false, error: sentence(error) }
  const { name, point, argument, answer } = words
  const operation = point.id
  try {
    const differences = differ(answer, plain(await ask(point as Point<unknown, unknown, unknown>, argument)), 'answer')
    const passed = differences.length === 0
    return { name, from, operation, passed, ...(!passed && { differences }) }
  } catch (error) {
    return { name, from, operation, passed: false, error: sentence(error) }
  }
}
