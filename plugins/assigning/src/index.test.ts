import { examineList } from '@flotilla/sdk/testing'
import { assigningPlugins } from './index.ts'

examineList(assigningPlugins, import.meta.dirname)
