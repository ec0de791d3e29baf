import { examineList } from '@flotilla/sdk/testing'
import { modulePlugins, policyModulePlugins } from './index.ts'

examineList([...modulePlugins, ...policyModulePlugins], import.meta.dirname)
