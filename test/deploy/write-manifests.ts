import { writeFileSync } from 'node:fs'
import { file, manifests } from './manifests.ts'

writeFileSync(file, await manifests())
