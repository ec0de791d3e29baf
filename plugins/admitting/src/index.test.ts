import { examineList } from '@flotilla/sdk/testing'
import { admittingPlugins } from './index.ts'

examineList(admittingPlugins, import.meta.dirname)
