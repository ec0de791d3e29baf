import { examineList } from '@flotilla/sdk/testing'
import { customizingPlugins } from './index.ts'

examineList(customizingPlugins, import.meta.dirname)
