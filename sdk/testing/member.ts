import assert from 'node:assert/strict'
import { type Connection, connect } from '../src/points/member.ts'
import { type Case, exam } from './exam.ts'

export interface ConnectWords extends Case {
  readonly given: Connection
  /** Whether the plugin knows how to reach such a cluster. */
  readonly connects: boolean
}

const methods = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'raw'] as const

/** Examines a plugin that connects clusters. Nothing is asked of the client: a client may be made before it is used. */
export const examineConnect = exam({
  point: connect,
  asks: ({ given }: ConnectWords) => given,
  opaque: true,
  says: (client) => client !== undefined,
  wants: ({ connects }: ConnectWords) => connects,
  sound: (client) => {
    for (const method of client ? methods : []) assert.equal(typeof client?.[method], 'function', method)
  },
})
