import { admittingPlugins } from '@flotilla/admitting'
import { assigningPlugins } from '@flotilla/assigning'
import { autoscalingPlugins } from '@flotilla/autoscaling'
import { customizingPlugins } from '@flotilla/customizing'
import { estimatingPlugins } from '@flotilla/estimating'
import { estimatorPlugins } from '@flotilla/estimator'
import { failoverPlugins } from '@flotilla/failover'
import { interpreterWebhookPlugins } from '@flotilla/interpreter-webhooks'
import { interpretingPlugins } from '@flotilla/interpreting'
import { matchingPlugins } from '@flotilla/matching'
import { mcsPlugins } from '@flotilla/mcs'
import { modulePlugins, policyModulePlugins } from '@flotilla/modules'
import { namespacePlugins } from '@flotilla/namespaces'
import { overridingPlugins } from '@flotilla/overriding'
import { quotaPlugins } from '@flotilla/quota'
import { schedulingPlugins } from '@flotilla/scheduling'
import type { Plugin } from '@flotilla/sdk'

/**
 * What a kind means. The first answer wins: the tenant's customization (Lua, then modules), then webhooks, then third-party
 * kinds, then the kinds Flotilla knows by itself. A new interpreter takes its place here. An agent beside a member needs no
 * more than these.
 */
export const interpreters: readonly Plugin[] = [
  ...customizingPlugins,
  ...modulePlugins,
  ...interpreterWebhookPlugins,
  ...interpretingPlugins,
]

/** All built-in plugins, in the order they are asked. */
export const preset: readonly Plugin[] = [
  // admit: what may be written
  ...admittingPlugins,
  ...quotaPlugins,
  ...mcsPlugins,

  // match: which policy claims a template
  ...matchingPlugins,

  // interpret: what a kind means
  ...interpreters,

  // schedule: which clusters, and how many replicas in each
  ...schedulingPlugins,
  ...estimatingPlugins,
  ...estimatorPlugins,
  ...assigningPlugins,

  // render: what is different where, in the order in which the parts of a rule apply
  ...overridingPlugins,

  // modules where they have a say beside what is built in: what is written, where it goes, what is different there
  ...policyModulePlugins,

  // evict: who has to leave
  ...failoverPlugins,

  // beside the pipeline: namespaces everywhere, replicas by the clock
  ...namespacePlugins,
  ...autoscalingPlugins,
]
