/** @import { Guest } from '../flotilla/guest.d.ts' */

const wanted = (manifest) => manifest.spec?.replicas ?? 1

const sum = (numbers) => numbers.reduce((a, b) => a + (b ?? 0), 0)

/** @type {Guest['interpretReplicas']} */
export const interpretReplicas = ({ manifest }) => ({ replicas: wanted(manifest) })

/** @type {Guest['interpretReviseReplicas']} */
export const interpretReviseReplicas = ({ manifest, replicas }) => ({
  ...manifest,
  spec: { ...manifest.spec, replicas },
})

/** @type {Guest['interpretHealth']} */
export const interpretHealth = ({ manifest }) =>
  manifest.status && (manifest.status.readyReplicas ?? 0) >= wanted(manifest) ? 'Healthy' : 'Unhealthy'

/** @type {Guest['interpretStatus']} */
export const interpretStatus = ({ manifest: { status } }) =>
  status ? { status: { replicas: status.replicas, readyReplicas: status.readyReplicas } } : {}

/** @type {Guest['interpretAggregate']} */
export const interpretAggregate = ({ template, items }) => ({
  ...template,
  status: {
    replicas: sum(items.map(({ status }) => status?.replicas)),
    readyReplicas: sum(items.map(({ status }) => status?.readyReplicas)),
  },
})
