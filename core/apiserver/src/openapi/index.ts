export { openApiV2 } from './v2.ts'
export { openApiDocument, openApiIndex } from './v3.ts'
