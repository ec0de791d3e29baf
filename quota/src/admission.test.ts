import {
  type FederatedResourceQuota,
  type FederatedResourceQuotaSpec,
  federatedResourceQuotaKind,
  type ResourceList,
} from '@flotilla/sdk'
import { examineCauses } from '@flotilla/sdk/testing'
import { quotaAdmission } from './admission.ts'

const quota = (spec: FederatedResourceQuotaSpec, name = 'shop', status?: object): FederatedResourceQuota => ({
  apiVersion: federatedResourceQuotaKind.apiVersion,
  kind: federatedResourceQuotaKind.kind,
  metadata: { name, namespace: 'shop' },
  spec,
  ...(status && { status }),
})

const limiting = (overall: ResourceList, ...causes: readonly string[]) => ({
  given: { manifest: quota({ overall }) },
  causes: causes.map((cause) => `spec.overall${cause}`),
})

const assigning = (
  overall: ResourceList,
  assignments: Readonly<Record<string, ResourceList>>,
  ...causes: readonly string[]
) => ({
  given: {
    manifest: quota({
      overall,
      staticAssignments: Object.entries(assignments).map(([clusterName, hard]) => ({ clusterName, hard })),
    }),
  },
  causes: causes.map((cause) => `spec.${cause}`),
})

const capped = (caps: string): FederatedResourceQuota => ({
  ...quota({ overall: { cpu: '1' } }),
  metadata: { name: 'shop', namespace: 'shop', annotations: { 'quota.flotilla.dev/cluster-caps': caps } },
})

const unknown =
  'must be a resource quotas know, such as "requests.cpu" or "pods", or have a domain, such as "requests.example.com/gpu"'

examineCauses(quotaAdmission, {
  'a good quota': assigning(
    { cpu: '10', 'requests.memory': '1Ti', pods: 100, 'requests.example.com/gpu': '2', 'count/deployments.apps': '5' },
    { member1: { cpu: '4', pods: '40' }, member2: { cpu: '6' } },
  ),
  'huge pages': limiting({ 'hugepages-2Mi': '1Gi', 'requests.hugepages-1Gi': '1Gi' }),
  'nothing is a limit too': limiting({ pods: 0 }),
  'a name that fits no label': {
    given: { manifest: quota({ overall: {} }, 'a'.repeat(64)) },
    causes: [`metadata.name: Invalid value: "${'a'.repeat(64)}": must be no more than 63 characters`],
  },
  'a resource nobody knows': limiting({ gpu: '1' }, `[gpu]: Invalid value: "gpu": ${unknown}`),
  'amounts that are none': limiting(
    { cpu: 'much', memory: '-1Gi', pods: '500m', 'count/secrets': '1.5' },
    '[cpu]: Invalid value: "much": must be a quantity, such as "500m" or "1Gi"',
    '[memory]: Invalid value: "-1Gi": must not be negative',
    '[pods]: Invalid value: "500m": must be a whole number',
    '[count/secrets]: Invalid value: "1.5": must be a whole number',
  ),
  'more for clusters than there is': assigning(
    { cpu: '10' },
    { member1: { cpu: '6' }, member2: { cpu: '4001m' } },
    'overall[cpu]: Invalid value: "10": must be at least what static assignments give to clusters together',
  ),
  'what has no overall limit': assigning(
    { cpu: '10' },
    { member1: { memory: '1Gi' } },
    'overall[memory]: Required value: static assignments give it to clusters',
  ),
  'mixed units that come to the same': assigning(
    { cpu: 2, memory: '1Gi', 'requests.cpu': '1500m' },
    { member1: { cpu: '1500m', memory: '512Mi', 'requests.cpu': '1' }, member2: { cpu: '0.5', memory: '536870912' } },
  ),
  'mixed units that come to more': assigning(
    { cpu: 2, memory: '1G' },
    { member1: { cpu: '1501m' }, member2: { cpu: '0.5', memory: '1Gi' } },
    'overall[cpu]: Invalid value: 2: must be at least what static assignments give to clusters together',
    'overall[memory]: Invalid value: "1G": must be at least what static assignments give to clusters together',
  ),
  'a cluster that cannot be': assigning(
    { cpu: '1' },
    { Member1: { cpu: '1' } },
    `staticAssignments[0].clusterName: Invalid value: "Member1": must start and end with a lower case letter or digit, and have only those and '-' between, such as "web-1"`,
  ),
  'a cluster twice': {
    given: {
      manifest: quota({
        overall: { cpu: '1' },
        staticAssignments: [
          { clusterName: 'member1', hard: {} },
          { clusterName: 'member1', hard: {} },
        ],
      }),
    },
    causes: ['spec.staticAssignments[1].clusterName: Duplicate value: "member1"'],
  },
  'a status that says nothing': {
    given: { manifest: quota({ overall: {} }, 'shop', { overallUsed: { cpu: 'much' } }) },
    causes: ['status.overallUsed[cpu]: Invalid value: "much": must be a quantity, such as "500m" or "1Gi"'],
  },
  'caps of clusters that are none': {
    given: { manifest: capped('many') },
    causes: [
      'metadata.annotations[quota.flotilla.dev/cluster-caps]: Invalid value: "many": must be a JSON list of {labelSelector, hard}',
    ],
  },
  'a cap of an amount that is none': {
    given: { manifest: capped('[{"hard":{"cpu":"1"}},{"hard":{"cpu":"-1"}}]') },
    causes: [
      'metadata.annotations[quota.flotilla.dev/cluster-caps][1].hard[cpu]: Invalid value: "-1": must not be negative',
    ],
  },
})
