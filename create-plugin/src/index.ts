export * from './languages.ts'
export * from './project.ts'
export * from './write.ts'
