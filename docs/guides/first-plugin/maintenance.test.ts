import { binding, cluster, examineFilter } from '@flotilla/sdk/testing'
import { plugin } from './maintenance.ts'

const closed = cluster({ name: 'paris', labels: { maintenance: 'true' } })
const open = cluster({ name: 'oslo' })

examineFilter(
  plugin,
  {
    'a cluster under maintenance gets no new work': {
      given: { clusters: [closed, open] },
      refuses: { paris: 'cluster(s) were under maintenance (label maintenance)' },
    },
    'what runs there stays': {
      given: { clusters: [closed, open], binding: binding({ clusters: { paris: 2 } }) },
    },
  },
  { options: { label: 'maintenance' } },
)
