import { examineList } from '@flotilla/sdk/testing'
import { estimatorPlugins } from './index.ts'

examineList(estimatorPlugins)
