import { policies } from './policies.ts'

export const policy = policies('Policy')
