import { examineList } from '@flotilla/sdk/testing'
import { failoverPlugins } from './index.ts'

examineList(failoverPlugins, import.meta.dirname)
