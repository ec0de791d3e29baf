import type { Runtime } from '@flotilla/sdk'
import type { Source } from '../engine.ts'

/** The languages whose programs run in threads of this process. */
export type Threaded = Extract<Runtime, 'lua' | 'wasm'>

/** What a thread is asked to do, one thing at a time. A program is known by a number. */
export type Question =
  | { readonly load: number; readonly runtime: Threaded; readonly source: Source }
  | { readonly call: number; readonly name: string; readonly args: readonly string[] }

/** A program that is not needed any more. Nothing is answered. */
export interface Farewell {
  readonly drop: number
}

/** What became of a question that failed: the program's own fault, or the limit it went beyond. */
export interface Failure {
  readonly failed: 'program' | 'memory' | 'output'
  readonly reason: string
  readonly bytes: number
}

export interface LoadedAnswer {
  readonly functions: readonly string[]
  readonly compiled?: unknown
  readonly bytes: number
}

export interface CalledAnswer {
  readonly results: readonly string[]
  readonly bytes: number
}

/** What a thread says, in the order it was asked. */
export type Answer = LoadedAnswer | CalledAnswer | Failure

export const isFailure = (answer: Answer): answer is Failure => 'failed' in answer
