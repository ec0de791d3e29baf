export * from './machine.ts'
export * from './member/member.ts'
