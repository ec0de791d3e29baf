export { type ForeignV2, partOf } from './foreign.ts'
export { openApiV2 } from './v2.ts'
export { openApiV2Protobuf, protobufType, wantsProtobuf } from './v2-protobuf.ts'
export { openApiDocument, openApiIndex } from './v3.ts'
