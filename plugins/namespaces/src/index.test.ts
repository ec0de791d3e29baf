import { examineList } from '@flotilla/sdk/testing'
import { namespacePlugins } from './index.ts'

examineList(namespacePlugins, import.meta.dirname)
