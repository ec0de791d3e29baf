import { examineList } from '@flotilla/sdk/testing'
import { estimatingPlugins } from './index.ts'

examineList(estimatingPlugins, import.meta.dirname)
