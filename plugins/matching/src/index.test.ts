import { examineList } from '@flotilla/sdk/testing'
import { matchingPlugins } from './index.ts'

examineList(matchingPlugins, import.meta.dirname)
