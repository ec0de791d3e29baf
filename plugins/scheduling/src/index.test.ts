import { examineList } from '@flotilla/sdk/testing'
import { schedulingPlugins } from './index.ts'

examineList(schedulingPlugins, import.meta.dirname)
