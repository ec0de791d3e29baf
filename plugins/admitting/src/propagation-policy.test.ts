import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  clusterPropagationPolicyKind,
  deepFreeze,
  finalizer,
  label,
  type Manifest,
  type PropagationPolicy,
  type PropagationSpec,
  propagationPolicyKind,
  type StringMap,
} from '@flotilla/sdk'
import { examineCauses, examineMutate } from '@flotilla/sdk/testing'
import { completePolicy, propagationPolicy } from './propagation-policy.ts'

const deployments = [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop' }]

/** A policy as it is stored. */
const stored = (
  spec: Partial<PropagationSpec> = {},
  labels: StringMap = { [label.propagationPolicyId]: 'id' },
): PropagationPolicy => ({
  apiVersion: propagationPolicyKind.apiVersion,
  kind: propagationPolicyKind.kind,
  metadata: { name: 'web', namespace: 'shop', labels, finalizers: [finalizer.propagationPolicy] },
  spec: { resourceSelectors: deployments, ...spec },
})

const storedWide = (spec: Partial<PropagationSpec> = {}): PropagationPolicy => ({
  apiVersion: clusterPropagationPolicyKind.apiVersion,
  kind: clusterPropagationPolicyKind.kind,
  metadata: {
    name: 'web',
    labels: { [label.clusterPropagationPolicyId]: 'id' },
    finalizers: [finalizer.clusterPropagationPolicy],
  },
  spec: { resourceSelectors: deployments, ...spec },
})

const completed = (sent: Partial<PropagationSpec>, becomes: Partial<PropagationSpec>) => ({
  given: { manifest: stored(sent), before: stored() },
  becomes: stored(becomes),
})

const kept = (sent: Partial<PropagationSpec>) => completed(sent, sent)

const application = { decisionConditions: {} }

examineMutate(propagationPolicy, {
  'a complete policy stays as it is': { given: { manifest: stored(), before: stored() } },
  'a grace period nobody asked for goes with the mode that needs it': {
    given: {
      manifest: stored({
        failover: { application: { ...application, purgeMode: 'Directly', gracePeriodSeconds: 600 } },
      }),
      before: stored({ failover: { application: { ...application, gracePeriodSeconds: 600 } } }),
    },
    becomes: stored({ failover: { application: { ...application, purgeMode: 'Directly' } } }),
  },
  'a grace period somebody asked for stays': {
    given: {
      manifest: stored({ failover: { application: { ...application, purgeMode: 'Never', gracePeriodSeconds: 30 } } }),
      before: stored({ failover: { application: { ...application, gracePeriodSeconds: 30 } } }),
    },
  },
  'a selector without a namespace is about that of the policy': completed(
    { resourceSelectors: [{ apiVersion: 'v1', kind: 'Secret' }] },
    { resourceSelectors: [{ apiVersion: 'v1', kind: 'Secret', namespace: 'shop' }] },
  ),
  'a selector of a policy for the whole cluster is about all namespaces': {
    given: {
      manifest: storedWide({ resourceSelectors: [{ apiVersion: 'v1', kind: 'Secret' }] }),
      before: storedWide(),
    },
  },
  'a spread constraint that names nothing is by cluster, and of one group at least': completed(
    { placement: { spreadConstraints: [{ maxGroups: 2 }, { spreadByField: 'region', minGroups: 2 }] } },
    {
      placement: {
        spreadConstraints: [
          { maxGroups: 2, spreadByField: 'cluster', minGroups: 1 },
          { spreadByField: 'region', minGroups: 2 },
        ],
      },
    },
  ),
  'a spread constraint by label is not one by field': completed(
    { placement: { spreadConstraints: [{ spreadByLabel: 'rack', minGroups: 0 }] } },
    { placement: { spreadConstraints: [{ spreadByLabel: 'rack', minGroups: 1 }] } },
  ),
  'replicas are divided by weight unless it says otherwise': completed(
    { placement: { replicaScheduling: { replicaSchedulingType: 'Divided' } } },
    { placement: { replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Weighted' } } },
  ),
  'replicas that are not divided have no weights': kept({
    placement: { replicaScheduling: { replicaSchedulingType: 'Duplicated' } },
  }),
  'an application that moves gracefully is given ten minutes': completed(
    { failover: { application } },
    { failover: { application: { ...application, gracePeriodSeconds: 600 } } },
  ),
  'an application that moves directly is given no time': kept({
    failover: { application: { ...application, purgeMode: 'Directly' } },
  }),
  'the time an application is given stays': kept({
    failover: { application: { ...application, gracePeriodSeconds: 5 } },
  }),
  'failover of clusters needs no time': kept({ failover: { cluster: {} } }),
  'what a ServiceImport stands for goes with it': completed(
    { resourceSelectors: [{ apiVersion: 'multicluster.x-k8s.io/v1alpha1', kind: 'ServiceImport', namespace: 'shop' }] },
    {
      resourceSelectors: [{ apiVersion: 'multicluster.x-k8s.io/v1alpha1', kind: 'ServiceImport', namespace: 'shop' }],
      propagateDeps: true,
    },
  ),
  'an update that leaves the id and the finalizer out keeps them': {
    given: { manifest: { ...stored(), metadata: { name: 'web', namespace: 'shop' } }, before: stored() },
    becomes: stored(),
  },
})

describe('a new policy', () => {
  const create = (manifest: PropagationPolicy) => {
    const key = { name: 'web' }
    return completePolicy(deepFreeze({ operation: 'CREATE' as const, key, manifest, user: 'me', dryRun: false }))
      .metadata
  }
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

  test('is given an id of its own, whatever it came with', () => {
    assert.match(create(stored()).labels?.[label.propagationPolicyId] ?? '', uuid)
    assert.match(create(storedWide()).labels?.[label.clusterPropagationPolicyId] ?? '', uuid)
  })
  test('is held until what it claimed is let go', () => {
    const bare = (policy: PropagationPolicy) => ({ ...policy, metadata: { ...policy.metadata, finalizers: ['mine'] } })
    assert.deepEqual(create(bare(stored())).finalizers, ['mine', 'karmada.io/propagation-policy-controller'])
    assert.deepEqual(create(bare(storedWide())).finalizers, [
      'mine',
      'karmada.io/cluster-propagation-policy-controller',
    ])
  })
})

const refused = (manifest: Manifest, ...causes: readonly string[]) => ({ given: { manifest }, causes })
const saying = (spec: Partial<PropagationSpec>, ...causes: readonly string[]) => refused(stored(spec), ...causes)
const placing = (placement: PropagationSpec['placement'], ...causes: readonly string[]) =>
  saying({ ...(placement && { placement }) }, ...causes.map((cause) => `spec.placement.${cause}`))

/** A field may hold what the type forbids, as users write it. */
const anything = <T>(value: unknown): T => value as T

const id = `metadata.labels[${label.propagationPolicyId}]`
const namePattern = `must start and end with a lower case letter or digit, and have only those and '-' between, such as "web-1"`

examineCauses(propagationPolicy, {
  'a good policy': saying({}),
  'a policy without an id': refused({ ...stored({}, {}) }, `${id}: Required value`),
  'the id is another': {
    given: { manifest: stored({}, { [label.propagationPolicyId]: 'other' }), before: stored() },
    causes: [`${id}: Invalid value: "other": field is immutable`],
  },
  'a policy that never had an id is given one': {
    given: { manifest: stored(), before: stored({}, {}) },
  },
  'the scheduler is another': {
    given: { manifest: stored({ schedulerName: 'mine' }), before: stored() },
    causes: ['spec.schedulerName: Invalid value: "mine": field is immutable'],
  },
  'the scheduler is called by its name': {
    given: { manifest: stored({ schedulerName: 'default-scheduler' }), before: stored() },
  },
  'expressions that choose among clusters': refused({
    ...stored(),
    metadata: {
      ...stored().metadata,
      annotations: {
        'policy.flotilla.dev/cluster-selector': 'cluster.metadata.labels.tier == "gold" && isSemver("1")',
        'policy.flotilla.dev/cluster-score': '100',
      },
    },
  }),
  'expressions that are none': refused(
    {
      ...stored(),
      metadata: {
        ...stored().metadata,
        annotations: {
          'policy.flotilla.dev/cluster-selector': 'cluster.metadata.labels.tier = "gold"',
          'policy.flotilla.dev/cluster-score': 'object.spec.replicas',
        },
      },
    },
    'metadata.annotations[policy.flotilla.dev/cluster-selector]: Invalid value: "cluster.metadata.labels.tier = \\"gold\\"": line 1, column 30: found = but expecting end of input',
    'metadata.annotations[policy.flotilla.dev/cluster-score]: Invalid value: "object.spec.replicas": line 1, column 1: there is no variable object; there are cluster',
  ),
  'no selectors': saying(
    { resourceSelectors: [] },
    'spec.resourceSelectors: Required value: a policy selects at least one kind of template',
  ),
  'a selector that selects nothing': saying(
    { resourceSelectors: [{ apiVersion: 'apps/v1/x', kind: '', namespace: 'shop' }] },
    'spec.resourceSelectors[0].apiVersion: Invalid value: "apps/v1/x": must be a version, or a group and a version, such as "v1" or "apps/v1"',
    'spec.resourceSelectors[0].kind: Required value',
  ),
  'a selector for another namespace': saying(
    { resourceSelectors: [{ apiVersion: 'v1', kind: 'Secret', namespace: 'other' }] },
    'spec.resourceSelectors[0].namespace: Invalid value: "other": must be shop, the namespace of the policy; a policy for others is cluster-scoped',
  ),
  'a policy for the whole cluster may select another namespace': refused(
    storedWide({ resourceSelectors: [{ apiVersion: 'v1', kind: 'Secret', namespace: 'other' }] }),
  ),
  'a namespace of the control plane itself': refused(
    storedWide({ resourceSelectors: [{ apiVersion: 'v1', kind: 'Namespace', name: 'karmada-system' }] }),
    'spec.resourceSelectors[0].name: Invalid value: "karmada-system": must not be a namespace of the control plane: nothing is propagated from it',
  ),
  'another thing that is called like one': refused(
    storedWide({ resourceSelectors: [{ apiVersion: 'v1', kind: 'Secret', name: 'karmada-system' }] }),
  ),
  'a reserved namespace': refused(
    storedWide({ resourceSelectors: [{ apiVersion: 'v1', kind: 'Secret', namespace: 'karmada-es-member1' }] }),
    'spec.resourceSelectors[0].namespace: Invalid value: "karmada-es-member1": must not be a namespace of the control plane: nothing is propagated from it',
  ),
  'a label selector that could never match': saying(
    {
      resourceSelectors: [
        {
          apiVersion: 'v1',
          kind: 'Secret',
          namespace: 'shop',
          labelSelector: anything({
            matchLabels: { app: 'a b' },
            matchExpressions: [
              { key: 'tier', operator: 'in', values: ['front'] },
              { key: 'tier', operator: 'In' },
              { key: 'tier', operator: 'Exists', values: ['front'] },
              { operator: 'Exists' },
            ],
          }),
        },
      ],
    },
    `spec.resourceSelectors[0].labelSelector.matchLabels[app]: Invalid value: "a b": must be empty, or start and end with a letter or digit and have only those, '-', '_' and '.' between, such as "blue"`,
    'spec.resourceSelectors[0].labelSelector.matchExpressions[0].operator: Unsupported value: "in": supported values: "In", "NotIn", "Exists", "DoesNotExist"',
    'spec.resourceSelectors[0].labelSelector.matchExpressions[0].values: Forbidden: Exists and DoesNotExist have no values',
    'spec.resourceSelectors[0].labelSelector.matchExpressions[1].values: Required value: In and NotIn compare with values',
    'spec.resourceSelectors[0].labelSelector.matchExpressions[2].values: Forbidden: Exists and DoesNotExist have no values',
    'spec.resourceSelectors[0].labelSelector.matchExpressions[3].key: Required value',
  ),
  'a policy that preempts others names what it takes': saying(
    { preemption: 'Always' },
    'spec.resourceSelectors[0].name: Required value: a policy that preempts others has to name what it takes',
  ),
  'dispatching is suspended twice': saying(
    { suspension: { dispatching: true, dispatchingOnClusters: { clusterNames: ['member1'] } } },
    'spec.suspension.dispatchingOnClusters.clusterNames: Forbidden: dispatching is suspended everywhere already; set one of the two',
  ),
  'an unknown way to resolve conflicts': saying(
    { conflictResolution: anything('Merge') },
    'spec.conflictResolution: Unsupported value: "Merge": supported values: "Abort", "Overwrite"',
  ),
})

examineCauses(propagationPolicy, {
  'both one affinity and several': placing(
    { clusterAffinity: { clusterNames: ['a'] }, clusterAffinities: [{ affinityName: 'one', clusterNames: ['a'] }] },
    'clusterAffinities: Forbidden: cannot stand beside clusterAffinity; keep one of them',
  ),
  'a cluster that is not there yet may be named': placing({ clusterAffinity: { clusterNames: ['member99'] } }),
  'a name no cluster can have': placing(
    { clusterAffinity: { clusterNames: ['Member1'] } },
    `clusterAffinity.clusterNames[0]: Invalid value: "Member1": ${namePattern}`,
  ),
  'an affinity that excludes all it names': placing(
    { clusterAffinity: { clusterNames: ['a', 'b'], exclude: ['b', 'a'] } },
    'clusterAffinity.exclude: Invalid value: ["b","a"]: excludes every cluster that clusterNames names',
  ),
  'a field that clusters do not have': placing(
    {
      clusterAffinity: {
        fieldSelector: anything({ matchExpressions: [{ key: 'rack', operator: 'Exists' }] }),
      },
    },
    'clusterAffinity.fieldSelector.matchExpressions[0].key: Unsupported value: "rack": supported values: "provider", "region", "zone"',
    'clusterAffinity.fieldSelector.matchExpressions[0].operator: Unsupported value: "Exists": supported values: "In", "NotIn"',
    'clusterAffinity.fieldSelector.matchExpressions[0].values: Required value',
  ),
  'two affinities of one name': placing(
    { clusterAffinities: [{ affinityName: 'one' }, { affinityName: 'one' }] },
    'clusterAffinities[1].affinityName: Duplicate value: "one"',
  ),
  'an affinity whose name could be no label': placing(
    { clusterAffinities: [{ affinityName: 'a b' }] },
    `clusterAffinities[0].affinityName: Invalid value: "a b": must start and end with a letter or digit and have only those, '-', '_' and '.' between, such as "app" or "example.com/app"`,
  ),
  'overflow from clusters that are never full': placing(
    {
      clusterAffinities: [
        {
          affinityName: 'one',
          clusterNames: ['a'],
          overflowAffinities: [{ affinityName: 'two', clusterNames: ['b'] }],
        },
      ],
    },
    'clusterAffinities[0].overflowAffinities: Forbidden: needs replicaScheduling Divided, either Aggregated or Weighted with dynamicWeight: no other fills clusters up',
  ),
  'overflow from all clusters, into one of the same name': placing(
    {
      clusterAffinities: [{ affinityName: 'one', overflowAffinities: [{ affinityName: 'one', clusterNames: ['b'] }] }],
      replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
    },
    'clusterAffinities[0].overflowAffinities[0].affinityName: Duplicate value: "one"',
    'clusterAffinities[0].overflowAffinities: Forbidden: an affinity that names every cluster leaves none to overflow into',
  ),
  'overflow of aggregated replicas': placing({
    clusterAffinities: [{ affinityName: 'one', clusterNames: ['a'], overflowAffinities: [{ affinityName: 'two' }] }],
    replicaScheduling: { replicaSchedulingType: 'Divided', replicaDivisionPreference: 'Aggregated' },
  }),
  'a toleration of numbers': placing(
    { clusterTolerations: [anything({ key: 'load', operator: 'Gt', value: '5' })] },
    'clusterTolerations[0].operator: Unsupported value: "Gt": supported values: "Exists", "Equal"',
  ),
  'a toleration without a key': placing(
    { clusterTolerations: [{ operator: 'Exists' }, { value: 'x' }] },
    'clusterTolerations[1].operator: Required value: must be Exists where no key is named: then every taint is tolerated',
  ),
  'spread by field and label at once': placing(
    {
      spreadConstraints: [
        { spreadByField: 'cluster', minGroups: 1 },
        { spreadByField: 'zone', spreadByLabel: 'rack', minGroups: 1 },
      ],
    },
    'spreadConstraints[1].spreadByLabel: Forbidden: cannot stand beside spreadByField; keep one of them',
  ),
  'more groups at least than at most': placing(
    { spreadConstraints: [{ spreadByField: 'cluster', minGroups: 3, maxGroups: 2 }] },
    'spreadConstraints[0].maxGroups: Invalid value: 2: must be 0 or at least minGroups, which is 3',
  ),
  'no upper bound is 0': placing({ spreadConstraints: [{ spreadByField: 'cluster', minGroups: 3, maxGroups: 0 }] }),
  'fewer than no groups': placing(
    { spreadConstraints: [{ spreadByField: 'cluster', minGroups: -1, maxGroups: -2 }] },
    'spreadConstraints[0].minGroups: Invalid value: -1: must be 0 to 2147483647',
    'spreadConstraints[0].maxGroups: Invalid value: -2: must be 0 to 2147483647',
  ),
  'spread twice by one field': placing(
    {
      spreadConstraints: [
        { spreadByField: 'cluster', minGroups: 1 },
        { spreadByField: 'cluster', minGroups: 1 },
      ],
    },
    'spreadConstraints[1].spreadByField: Duplicate value: "cluster"',
  ),
  'spread by region without a word on clusters': placing(
    { spreadConstraints: [{ spreadByField: 'region', minGroups: 1 }] },
    'spreadConstraints: Invalid value: [{"spreadByField":"region","minGroups":1}]: needs a constraint with spreadByField "cluster" beside the others',
  ),
  'more regions than clusters': placing(
    {
      spreadConstraints: [
        { spreadByField: 'region', minGroups: 3 },
        { spreadByField: 'cluster', minGroups: 1, maxGroups: 2 },
      ],
    },
    'spreadConstraints[0].minGroups: Invalid value: 3: so many groups need as many clusters, and the cluster constraint allows 2',
  ),
  'a static weight of nothing': placing(
    {
      replicaScheduling: {
        weightPreference: { staticWeightList: [{ targetCluster: { clusterNames: [''] }, weight: 0 }] },
      },
    },
    'replicaScheduling.weightPreference.staticWeightList[0].targetCluster.clusterNames[0]: Required value',
    'replicaScheduling.weightPreference.staticWeightList[0].weight: Invalid value: 0: must be 1 to 9007199254740991',
  ),
  'a group that is together and apart': placing(
    { workloadAffinity: { affinity: { groupByLabelKey: 'app' }, antiAffinity: { groupByLabelKey: 'app' } } },
    'workloadAffinity.antiAffinity.groupByLabelKey: Invalid value: "app": must differ from the key of affinity: a group cannot be both together and apart',
  ),
  'a group without a key': placing(
    { workloadAffinity: { affinity: { groupByLabelKey: '' } } },
    'workloadAffinity.affinity.groupByLabelKey: Required value',
  ),
})

const failing = (failover: PropagationSpec['failover'], ...causes: readonly string[]) =>
  saying({ propagateDeps: true, ...(failover && { failover }) }, ...causes.map((cause) => `spec.failover.${cause}`))

examineCauses(propagationPolicy, {
  'an application moves with what it depends on': saying(
    { failover: { application: { ...application, gracePeriodSeconds: 5 } } },
    'spec.failover.application: Invalid value: {"decisionConditions":{},"gracePeriodSeconds":5}: needs spec.propagateDeps: true, or the workload would move without what it depends on',
  ),
  'good failover': failing({ application: { ...application, gracePeriodSeconds: 5 }, cluster: {} }),
  'gracefully, without a time': failing(
    { application },
    'application.gracePeriodSeconds: Required value: purgeMode Gracefully waits for so many seconds at most',
  ),
  'gracefully, in no time': failing(
    { application: { ...application, gracePeriodSeconds: 0 } },
    'application.gracePeriodSeconds: Invalid value: 0: must be at least 1',
  ),
  'directly, in some time': failing(
    { application: { ...application, purgeMode: 'Directly', gracePeriodSeconds: 5 } },
    'application.gracePeriodSeconds: Forbidden: only purgeMode Gracefully waits',
  ),
  'before it is unhealthy': failing(
    { application: { decisionConditions: { tolerationSeconds: -1 }, purgeMode: 'Never' } },
    'application.decisionConditions.tolerationSeconds: Invalid value: -1: must be at least 0',
  ),
  'state that is kept in no label': failing(
    { cluster: { statePreservation: { rules: [{ aliasLabelName: 'a b', jsonPath: '' }] } } },
    `cluster.statePreservation.rules[0].aliasLabelName: Invalid value: "a b": must start and end with a letter or digit and have only those, '-', '_' and '.' between, such as "app" or "example.com/app"`,
    'cluster.statePreservation.rules[0].jsonPath: Required value',
  ),
})
