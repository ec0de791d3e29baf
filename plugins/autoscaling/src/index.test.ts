import { examineList } from '@flotilla/sdk/testing'
import { autoscalingPlugins } from './index.ts'

examineList(autoscalingPlugins, import.meta.dirname)
