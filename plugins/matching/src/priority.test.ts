import type { PropagationPolicy, PropagationSpec } from '@flotilla/sdk'
import { deployment, examineChoose, policy } from '@flotilla/sdk/testing'
import { priority } from './priority.ts'

const template = deployment({ name: 'web', labels: { app: 'web' } })

const all = { apiVersion: 'apps/v1', kind: 'Deployment' }
const byLabel = { ...all, labelSelector: { matchLabels: { app: 'web' } } }
const byName = { ...all, name: 'web' }

const selecting = (name: string, ...resourceSelectors: PropagationSpec['resourceSelectors']) =>
  policy({ name, resourceSelectors })

const of = (...policies: readonly PropagationPolicy[]) => ({ given: { template, policies } })

examineChoose(priority, {
  'nobody claims when there is no policy': of(),
  'the higher priority wins over the narrower selector': {
    ...of(policy({ name: 'a', resourceSelectors: [byName], priority: 1 }), policy({ name: 'b', priority: 2 })),
    chooses: 'b',
  },
  'no priority is priority 0': { ...of(policy({ name: 'a', priority: -1 }), policy({ name: 'b' })), chooses: 'b' },
  'a name is narrower than a label': { ...of(selecting('a', byLabel), selecting('b', byName)), chooses: 'b' },
  'a label is narrower than nothing': { ...of(selecting('a', all), selecting('b', byLabel)), chooses: 'b' },
  'the narrowest selector of a policy counts': {
    ...of(selecting('a', byLabel), selecting('b', all, byName)),
    chooses: 'b',
  },
  'the lower name wins at last': {
    ...of(selecting('b', all), selecting('a', all), selecting('c', all)),
    chooses: 'a',
  },
  'names are compared by code point': { ...of(selecting('a1', all), selecting('a-1', all)), chooses: 'a-1' },
  'a policy that is going away claims nothing': {
    ...of(policy({ name: 'a', priority: 9, deletionTimestamp: '2026-01-01T00:00:00Z' }), policy({ name: 'b' })),
    chooses: 'b',
  },
})
