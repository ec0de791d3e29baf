// Generated from the schema of the guest points. Do not edit.

/** An object this one belongs to. */
export interface OwnerReference {
  /** Version of the owner. */
  readonly apiVersion: string
  /** Kind of the owner. */
  readonly kind: string
  /** Name of the owner. */
  readonly name: string
  /** UID of the owner. */
  readonly uid: string
  /** Whether the owner looks after it. */
  readonly controller?: boolean
  /** Whether the owner waits for it to go. */
  readonly blockOwnerDeletion?: boolean
}

/** Name, labels and whatever else every object has. */
export interface ObjectMeta {
  /** Name of the object. */
  readonly name: string
  /** Its namespace, unless its kind has none. */
  readonly namespace?: string
  /** What its name was made from. */
  readonly generateName?: string
  /** One object in all of time. */
  readonly uid?: string
  /** Changes whenever the object does. */
  readonly resourceVersion?: string
  /** Counts changes of what is wanted. */
  readonly generation?: number
  /** When it was created. */
  readonly creationTimestamp?: string
  /** Since when it is going away. */
  readonly deletionTimestamp?: string
  /** How long it may take to go. */
  readonly deletionGracePeriodSeconds?: number
  /** What it can be selected by. */
  readonly labels?: { readonly [name: string]: string }
  /** Anything else that is said of it. */
  readonly annotations?: { readonly [name: string]: string }
  /** Who has to let it go. */
  readonly finalizers?: readonly string[]
  /** What it belongs to. */
  readonly ownerReferences?: readonly OwnerReference[]
  /** Who wrote which of its fields. */
  readonly managedFields?: readonly unknown[]
}

/** Any Kubernetes object. */
export interface Manifest {
  /** Version of its kind, such as apps/v1. */
  readonly apiVersion: string
  /** Its kind, such as Deployment. */
  readonly kind: string
  /** Name, labels and whatever else every object has. */
  readonly metadata: ObjectMeta
  /** What only its kind knows of. */
  readonly [field: string]: unknown
}

/** A rule about one label. */
export interface LabelSelectorRequirement {
  /** Key of the label. */
  readonly key: string
  /** In, NotIn, Exists or DoesNotExist. */
  readonly operator: string
  /** Values for In and NotIn. */
  readonly values?: readonly string[]
}

/** Objects by their labels. */
export interface LabelSelector {
  /** Labels that must have exactly these values. */
  readonly matchLabels?: { readonly [name: string]: string }
  /** Rules that must all hold. */
  readonly matchExpressions?: readonly LabelSelectorRequirement[]
}

/** An object that a question is about. */
export interface Template {
  /** Any Kubernetes object. */
  readonly manifest: Manifest
}

/** All rules must hold. */
export interface NodeSelectorTerm {
  /** Rules about labels of the node. */
  readonly matchExpressions?: readonly LabelSelectorRequirement[]
  /** Rules about fields of the node. */
  readonly matchFields?: readonly LabelSelectorRequirement[]
}

/** Rules a node must satisfy. */
export interface NodeSelector {
  /** Terms of which one must hold. */
  readonly nodeSelectorTerms: readonly NodeSelectorTerm[]
}

/** A taint that is tolerated. */
export interface Toleration {
  /** Key of the taint; empty with Exists tolerates all. */
  readonly key?: string
  /** Equal (the default) or Exists. */
  readonly operator?: string
  /** Value of the taint, with Equal. */
  readonly value?: string
  /** NoSchedule, PreferNoSchedule or NoExecute; empty is all of them. */
  readonly effect?: string
  /** How long NoExecute is tolerated; unset is forever, zero or less is not at all. */
  readonly tolerationSeconds?: number
}

/** What its node must be like. */
export interface NodeClaim {
  /** Rules a node must satisfy. */
  readonly hardNodeAffinity?: NodeSelector
  /** Labels a node must have. */
  readonly nodeSelector?: { readonly [name: string]: string }
  /** Taints of nodes that are tolerated. */
  readonly tolerations?: readonly Toleration[]
}

/** What one replica needs. */
export interface ReplicaRequirements {
  /** What its node must be like. */
  readonly nodeClaim?: NodeClaim
  /** What one replica asks for. */
  readonly resourceRequest?: { readonly [name: string]: string | number }
  /** Priority class of its pods. */
  readonly priorityClassName?: string
  /** Namespace of the template, whose quotas count. */
  readonly namespace?: string
}

/** How many replicas a workload wants, and what one needs. */
export interface Needs {
  /** How many replicas it wants. */
  readonly replicas: number
  /** What one replica needs. */
  readonly requirements?: ReplicaRequirements
}

/** What one of them needs. */
export interface ComponentReplicaRequirements {
  /** What its node must be like. */
  readonly nodeClaim?: NodeClaim
  /** What one replica asks for. */
  readonly resourceRequest?: { readonly [name: string]: string | number }
  /** Priority class of its pods. */
  readonly priorityClassName?: string
}

/** One of several pod templates. */
export interface Component {
  /** Name of the component. */
  readonly name: string
  /** How many replicas it wants. */
  readonly replicas: number
  /** What one of them needs. */
  readonly replicaRequirements?: ComponentReplicaRequirements
}

/** An object, and how many replicas it shall have. */
export interface Revision {
  /** Any Kubernetes object. */
  readonly manifest: Manifest
  /** So many. */
  readonly replicas: number
}

/** What a member shall hold, and what it holds. */
export interface Retention {
  /** What Flotilla wants the member to hold. */
  readonly desired: Manifest
  /** What the member holds. */
  readonly observed: Manifest
}

/** What of an object is worth collecting; without status: nothing. */
export interface Reflection {
  /** The status to collect. */
  readonly status?: unknown
}

/** Whether the object does what it is for. */
export type Health = 'Healthy' | 'Unhealthy' | 'Unknown'

/** What one cluster says of the object. */
export interface StatusItem {
  /** The cluster. */
  readonly clusterName: string
  /** What was collected of the status there. */
  readonly status?: unknown
  /** Whether the cluster has what it should. */
  readonly applied?: boolean
  /** Why it has not. */
  readonly appliedMessage?: string
  /** Whether the object does what it is for. */
  readonly health?: Health
}

/** An object, and what clusters say of it. */
export interface Aggregation {
  /** The object as the user wrote it. */
  readonly template: Manifest
  /** What each cluster says. */
  readonly items: readonly StatusItem[]
}

/** An object that a workload cannot run without, by name or by labels. */
export interface Dependency {
  /** Its version. */
  readonly apiVersion: string
  /** Its kind. */
  readonly kind: string
  /** Its namespace. */
  readonly namespace?: string
  /** Its name. It wins over labelSelector. */
  readonly name?: string
  /** Its labels. */
  readonly labelSelector?: LabelSelector
}

/** Properties of the clusters. */
export interface FieldSelector {
  /** Rules that must all hold. */
  readonly matchExpressions?: readonly LabelSelectorRequirement[]
}

/** The candidate clusters; unset is all. Excludes clusterAffinities. */
export interface ClusterAffinity {
  /** Labels of the clusters. */
  readonly labelSelector?: LabelSelector
  /** Properties of the clusters. */
  readonly fieldSelector?: FieldSelector
  /** Names of the clusters; empty is every name. */
  readonly clusterNames?: readonly string[]
  /** Clusters that are never meant, whatever the rest says. */
  readonly exclude?: readonly string[]
}

/** A further tier of clusters. */
export interface OverflowClusterAffinity {
  /** Name of the tier, unique within its term. */
  readonly affinityName: string
  /** Labels of the clusters. */
  readonly labelSelector?: LabelSelector
  /** Properties of the clusters. */
  readonly fieldSelector?: FieldSelector
  /** Names of the clusters; empty is every name. */
  readonly clusterNames?: readonly string[]
  /** Clusters that are never meant, whatever the rest says. */
  readonly exclude?: readonly string[]
}

/** A group of candidate clusters. */
export interface ClusterAffinityTerm {
  /** Name of the term, unique within the policy. */
  readonly affinityName: string
  /** Labels of the clusters. */
  readonly labelSelector?: LabelSelector
  /** Properties of the clusters. */
  readonly fieldSelector?: FieldSelector
  /** Names of the clusters; empty is every name. */
  readonly clusterNames?: readonly string[]
  /** Clusters that are never meant, whatever the rest says. */
  readonly exclude?: readonly string[]
  /** Tiers used in order when the clusters above lack capacity. */
  readonly overflowAffinities?: readonly OverflowClusterAffinity[]
}

/** Spreads over groups of clusters. */
export interface SpreadConstraint {
  /** What makes a group. */
  readonly spreadByField?: 'cluster' | 'region' | 'zone' | 'provider'
  /** Label of the clusters that makes a group. Not supported by the scheduler. */
  readonly spreadByLabel?: string
  /** The most groups to use. */
  readonly maxGroups?: number
  /** The fewest groups to use; 1 unless given. */
  readonly minGroups?: number
}

/** Weight of some clusters. */
export interface StaticWeight {
  /** The clusters. */
  readonly targetCluster: ClusterAffinity
  /** Their weight. A cluster takes the largest that is about it. */
  readonly weight: number
}

/** The weights, with Weighted; unset weighs all clusters alike. */
export interface WeightPreference {
  /** Weights that are given. */
  readonly staticWeightList?: readonly StaticWeight[]
  /** Weights that are found. Static weights are ignored then. */
  readonly dynamicWeight?: 'AvailableReplicas'
}

/** How replicas are spread over the clusters; unset is a full copy in each. */
export interface ReplicaScheduling {
  /** Duplicated: every cluster gets all replicas. Divided: they share them. */
  readonly replicaSchedulingType?: 'Duplicated' | 'Divided'
  /** With Divided. Aggregated: into as few clusters as can take them. Weighted: by weight. */
  readonly replicaDivisionPreference?: 'Aggregated' | 'Weighted'
  /** The weights, with Weighted; unset weighs all clusters alike. */
  readonly weightPreference?: WeightPreference
}

/** Goes where the other workloads of its group are. */
export interface AffinityGroup {
  /** Label of the template whose value names the group. */
  readonly groupByLabelKey: string
}

/** Where other workloads of the namespace are, or are not. */
export interface WorkloadAffinity {
  /** Goes where the other workloads of its group are. */
  readonly affinity?: AffinityGroup
  /** Stays away from the other workloads of its group. */
  readonly antiAffinity?: AffinityGroup
}

/** Where a template may go. */
export interface Placement {
  /** The candidate clusters; unset is all. Excludes clusterAffinities. */
  readonly clusterAffinity?: ClusterAffinity
  /** Groups of candidates, of which the first that fits is used. */
  readonly clusterAffinities?: readonly ClusterAffinityTerm[]
  /** Taints of clusters that are tolerated. */
  readonly clusterTolerations?: readonly Toleration[]
  /** How to spread over groups of clusters. */
  readonly spreadConstraints?: readonly SpreadConstraint[]
  /** How replicas are spread over the clusters; unset is a full copy in each. */
  readonly replicaScheduling?: ReplicaScheduling
  /** Where other workloads of the namespace are, or are not. */
  readonly workloadAffinity?: WorkloadAffinity
}

/** Share of one component. */
export interface ComponentShare {
  /** Name of the component. */
  readonly name: string
  /** How many replicas. */
  readonly replicas: number
}

/** A cluster, and its share. */
export interface TargetCluster {
  /** Name of the cluster. */
  readonly name: string
  /** How many replicas it gets. */
  readonly replicas?: number
  /** How many replicas of each component it gets. */
  readonly components?: readonly ComponentShare[]
}

/** The template. */
export interface ObjectReference {
  /** Version of the template. */
  readonly apiVersion: string
  /** Kind of the template. */
  readonly kind: string
  /** Namespace of the template. */
  readonly namespace?: string
  /** Name of the template. */
  readonly name: string
  /** UID of the template. */
  readonly uid?: string
  /** Version of the template this binding is about. */
  readonly resourceVersion?: string
}

/** A cluster that is being left. */
export interface GracefulEvictionTask {
  /** The cluster. */
  readonly fromCluster: string
  /** How the old copy goes. */
  readonly purgeMode?: 'Directly' | 'Gracefully' | 'Never'
  /** How many replicas it had. */
  readonly replicas?: number
  /** Why, in a word. */
  readonly reason: string
  /** Why, in a sentence. */
  readonly message?: string
  /** Who said so. */
  readonly producer: string
  /** How long to wait for the new copy. Excludes suppressDeletion. */
  readonly gracePeriodSeconds?: number
  /** The old copy stays until someone says otherwise. */
  readonly suppressDeletion?: boolean
  /** Labels for the new copy. */
  readonly preservedLabelState?: { readonly [name: string]: string }
  /** When the leaving began. */
  readonly creationTimestamp?: string
  /** Where the template was before. */
  readonly clustersBeforeFailover?: readonly string[]
}

/** A binding whose template needs this one. */
export interface BindingSnapshot {
  /** Namespace of the binding. */
  readonly namespace?: string
  /** Name of the binding. */
  readonly name: string
  /** Where it is. */
  readonly clusters?: readonly TargetCluster[]
}

/** When it has to move. */
export interface FailoverApplicationDecisionConditions {
  /** How long it may be unhealthy. */
  readonly tolerationSeconds?: number
}

/** One label. */
export interface FailoverApplicationStatePreservationRule {
  /** Key of the label. */
  readonly aliasLabelName: string
  /** Path of its value in the status that was collected. */
  readonly jsonPath: string
}

/** Status that is handed to the new copy as labels. */
export interface FailoverApplicationStatePreservation {
  /** What to hand over. */
  readonly rules: readonly FailoverApplicationStatePreservationRule[]
}

/** What happens when the application is unhealthy. */
export interface FailoverApplication {
  /** When it has to move. */
  readonly decisionConditions: FailoverApplicationDecisionConditions
  /** How the old copy goes: at once, when the new one is healthy, or never. */
  readonly purgeMode?: 'Directly' | 'Gracefully' | 'Never'
  /** How long to wait for the new copy, with Gracefully; 600 unless given. */
  readonly gracePeriodSeconds?: number
  /** Status that is handed to the new copy as labels. */
  readonly statePreservation?: FailoverApplicationStatePreservation
}

/** What happens when a cluster has a NoExecute taint. */
export interface FailoverCluster {
  /** How the old copy goes: at once, or when the new one is healthy. */
  readonly purgeMode?: 'Directly' | 'Gracefully'
  /** Status that is handed to the new copy as labels. */
  readonly statePreservation?: FailoverApplicationStatePreservation
}

/** When and how to move to other clusters. */
export interface Failover {
  /** What happens when the application is unhealthy. */
  readonly application?: FailoverApplication
  /** What happens when a cluster has a NoExecute taint. */
  readonly cluster?: FailoverCluster
}

/** Nothing is written to some members. */
export interface SuspensionDispatchingOnClusters {
  /** The clusters. */
  readonly clusterNames?: readonly string[]
}

/** Stops scheduling, or writing to members. */
export interface Suspension {
  /** Nothing is written to any member. */
  readonly dispatching?: boolean
  /** Nothing is written to some members. */
  readonly dispatchingOnClusters?: SuspensionDispatchingOnClusters
  /** It is not scheduled. */
  readonly scheduling?: boolean
}

/** How soon it is scheduled. */
export interface SchedulePriority {
  /** The higher goes first. */
  readonly priority?: number
}

/** Its groups, each as key=value. */
export interface WorkloadAffinityGroups {
  /** Workloads it goes with. */
  readonly affinityGroup?: string
  /** Workloads it stays away from. */
  readonly antiAffinityGroup?: string
}

/** The template, and the decision about it. */
export interface BindingSpec {
  /** The template. */
  readonly resource: ObjectReference
  /** Whether what the template refers to goes with it. */
  readonly propagateDeps?: boolean
  /** What one replica needs. */
  readonly replicaRequirements?: ReplicaRequirements
  /** How many replicas the template wants in all. */
  readonly replicas?: number
  /** Its pod templates, when there are several. */
  readonly components?: readonly Component[]
  /** Where it goes: what the scheduler decided. */
  readonly clusters?: readonly TargetCluster[]
  /** Where it may go, from the policy. */
  readonly placement?: Placement
  /** Clusters that are being left. */
  readonly gracefulEvictionTasks?: readonly GracefulEvictionTask[]
  /** Bindings whose templates need this one. */
  readonly requiredBy?: readonly BindingSnapshot[]
  /** Who schedules it. */
  readonly schedulerName?: string
  /** When and how to move to other clusters. */
  readonly failover?: Failover
  /** What to do when a member already has such an object: Abort leaves it alone, Overwrite takes it over. */
  readonly conflictResolution?: 'Abort' | 'Overwrite'
  /** It is scheduled afresh when this is after status.lastScheduledTime. */
  readonly rescheduleTriggeredAt?: string
  /** Stops scheduling, or writing to members. */
  readonly suspension?: Suspension
  /** Whether members keep their objects when the template is deleted. */
  readonly preserveResourcesOnDeletion?: boolean
  /** How soon it is scheduled. */
  readonly schedulePriority?: SchedulePriority
  /** Its groups, each as key=value. */
  readonly workloadAffinityGroups?: WorkloadAffinityGroups
}

/** One aspect of the current state. */
export interface Condition {
  /** Type of the condition, in CamelCase. */
  readonly type: string
  /** Whether it holds. */
  readonly status: 'True' | 'False' | 'Unknown'
  /** Why, in one CamelCase word for programs. */
  readonly reason: string
  /** Why, in words for people. */
  readonly message: string
  /** When the status last changed. */
  readonly lastTransitionTime: string
  /** Generation of the object this was said about. */
  readonly observedGeneration?: number
}

/** What one cluster says. */
export interface CollectedStatus {
  /** The cluster. */
  readonly clusterName: string
  /** What was collected of the status there. */
  readonly status?: { readonly [field: string]: unknown }
  /** Whether the cluster has what it should. */
  readonly applied?: boolean
  /** Why it has not. */
  readonly appliedMessage?: string
  /** Whether the object does what it is for. */
  readonly health?: Health
}

/** What became of the decision. */
export interface BindingStatus {
  /** Generation the scheduler has seen. */
  readonly schedulerObservedGeneration?: number
  /** The term of clusterAffinities in use. */
  readonly schedulerObservingAffinityName?: string
  /** When it was last scheduled. */
  readonly lastScheduledTime?: string
  /** Scheduled, FullyApplied. */
  readonly conditions?: readonly Condition[]
  /** What each cluster says. */
  readonly aggregatedStatus?: readonly CollectedStatus[]
}

/** The decision about one template. */
export interface Binding {
  /** Version of its kind, such as apps/v1. */
  readonly apiVersion: string
  /** Its kind, such as Deployment. */
  readonly kind: string
  /** Name, labels and whatever else every object has. */
  readonly metadata: ObjectMeta
  /** The template, and the decision about it. */
  readonly spec: BindingSpec
  /** What became of the decision. */
  readonly status?: BindingStatus
}

/** Its name, and what is said of it. */
export interface ClusterMetadata {
  /** Name of the object. */
  readonly name: string
  /** One object in all of time. */
  readonly uid?: string
  /** What it can be selected by. */
  readonly labels?: { readonly [name: string]: string }
  /** Anything else that is said of it. */
  readonly annotations?: { readonly [name: string]: string }
}

/** Keeps away what does not tolerate it. */
export interface Taint {
  /** Key of the taint. */
  readonly key: string
  /** Value of the taint. */
  readonly value?: string
  /** What happens to what does not tolerate it. */
  readonly effect: 'NoSchedule' | 'NoExecute'
  /** When the taint was added; set by the server for NoExecute. */
  readonly timeAdded?: string
}

/** The range of one resource. */
export interface ResourceRange {
  /** Name of the resource. */
  readonly name: string
  /** At least so much. */
  readonly min: string | number
  /** Less than so much. */
  readonly max: string | number
}

/** A size of node. */
export interface ResourceModel {
  /** Number of the size, from small to large. */
  readonly grade: number
  /** What nodes of this size have. */
  readonly ranges: readonly ResourceRange[]
}

/** What it is like. */
export interface ClusterSpec {
  /** Push: the control plane writes to it. Pull: its own agent fetches. */
  readonly syncMode: 'Push' | 'Pull'
  /** Who runs it. */
  readonly provider?: string
  /** Region it is in. */
  readonly region?: string
  /** Deprecated: zones. */
  readonly zone?: string
  /** Zones it is in. */
  readonly zones?: readonly string[]
  /** Keep away what does not tolerate them. */
  readonly taints?: readonly Taint[]
  /** Sizes of its nodes, for estimates; there are nine by default. */
  readonly resourceModels?: readonly ResourceModel[]
}

/** Its nodes. */
export interface NodeSummary {
  /** How many there are. */
  readonly totalNum?: number
  /** How many are ready. */
  readonly readyNum?: number
}

/** Nodes of one size. */
export interface ModeledNodes {
  /** The size. */
  readonly grade: number
  /** How many. */
  readonly count: number
}

/** What its nodes have. */
export interface ResourceSummary {
  /** In all. */
  readonly allocatable?: { readonly [name: string]: string | number }
  /** Asked for by pods that have no node yet. */
  readonly allocating?: { readonly [name: string]: string | number }
  /** Asked for by pods that have one. */
  readonly allocated?: { readonly [name: string]: string | number }
  /** How many nodes there are of each size. */
  readonly allocatableModelings?: readonly ModeledNodes[]
}

/** What was last seen of it. */
export interface ClusterStatus {
  /** Version of its API server. */
  readonly kubernetesVersion?: string
  /** Ready, CompleteAPIEnablements, ServiceDomainNameResolutionReady. */
  readonly conditions?: readonly Condition[]
  /** Its nodes. */
  readonly nodeSummary?: NodeSummary
  /** What its nodes have. */
  readonly resourceSummary?: ResourceSummary
}

/** A member cluster: what it is like, not how it is reached. */
export interface Cluster {
  /** Version of its kind, such as apps/v1. */
  readonly apiVersion: string
  /** Its kind, such as Deployment. */
  readonly kind: string
  /** Its name, and what is said of it. */
  readonly metadata: ClusterMetadata
  /** What it is like. */
  readonly spec: ClusterSpec
  /** What was last seen of it. */
  readonly status: ClusterStatus
}

/** A binding, and the clusters in question. */
export interface Candidates {
  /** Which question it is. */
  readonly point: 'filter' | 'score' | 'estimate'
  /** The decision about one template. */
  readonly binding: Binding
  /** Where it may go. */
  readonly placement: Placement
  /** Name of the term of clusterAffinities that is being tried, where there are some. */
  readonly affinityName?: string
  /** The clusters. One that is not in the answer is one without an opinion. */
  readonly clusters: readonly Cluster[]
}

/** Why a cluster cannot take a binding. */
export interface Refusal {
  /** Why, in words its operator can act on. */
  readonly reason: string
  /** Whether the answer may change without a change anyone can see. */
  readonly resolvable: boolean
  /** What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster. */
  readonly resolvedBy?: readonly ('labels' | 'taints' | 'spec' | 'apis' | 'conditions' | 'room' | 'bindings' | 'quota')[]
}

/** Why, for each cluster that cannot take the binding. */
export type Refusals = { readonly [name: string]: Refusal }

/** A score for each cluster; the more, the better. */
export type Scores = { readonly [name: string]: number }

/** How many more replicas each cluster could take. */
export type Estimates = { readonly [name: string]: number }

/** A cluster that passed every filter. */
export interface Feasible {
  /** A member cluster: what it is like, not how it is reached. */
  readonly cluster: Cluster
  /** The sum of its scores. */
  readonly score: number
  /** Replicas it could take beyond those it has; unset: nobody could say. */
  readonly estimate?: number
  /** Replicas of this binding it has now. */
  readonly assigned: number
  /** 0: the term's own affinity; i + 1: its i-th overflow affinity. */
  readonly overflow: number
}

/** A binding, and the clusters that passed. */
export interface Feasibility {
  /** Which question it is. */
  readonly point: 'select' | 'assign'
  /** The decision about one template. */
  readonly binding: Binding
  /** Where it may go. */
  readonly placement: Placement
  /** Clusters that passed, the best first. */
  readonly clusters: readonly Feasible[]
  /** Whether a full reschedule was asked for: what is assigned now does not bind. */
  readonly fresh: boolean
}

/** The clusters to use, or why there are too few. */
export type Selection = {
  /** Names of the clusters to use. */
  readonly clusters: readonly string[]
} | {
  /** Why there are too few, in words a user can act on. */
  readonly unfit: string
  /** What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster. */
  readonly resolvedBy?: readonly ('labels' | 'taints' | 'spec' | 'apis' | 'conditions' | 'room' | 'bindings' | 'quota')[]
}

/** A cluster and its weight. */
export interface AssignmentWeight {
  /** Name of the cluster. */
  readonly name: string
  /** Its weight. */
  readonly weight: number
}

/** Who gets how many, or why it does not work out. */
export type Assignment = {
  /** The clusters, and their shares. */
  readonly targets: readonly TargetCluster[]
  /** What replicas were given in proportion to, for who asks why. */
  readonly weights?: readonly AssignmentWeight[]
} | {
  /** Why it does not work out, in words a user can act on. */
  readonly unschedulable: string
  /** What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster. */
  readonly resolvedBy?: readonly ('labels' | 'taints' | 'spec' | 'apis' | 'conditions' | 'room' | 'bindings' | 'quota')[]
}

/** Which image; unset is the images of all containers. */
export interface ImageOverriderPredicate {
  /** JSON pointer to the image. */
  readonly path: string
}

/** Changes images. */
export interface ImageOverrider {
  /** Which image; unset is the images of all containers. */
  readonly predicate?: ImageOverriderPredicate
  /** Part of the image. */
  readonly component: 'Registry' | 'Repository' | 'Tag'
  /** What to do with the value. */
  readonly operator: 'add' | 'remove' | 'replace'
  /** Needed to add and to replace. */
  readonly value?: string
  /** Instead of the value: an expression (CEL) of a text, about cluster, object and value. */
  readonly cel?: string
}

/** Changes the command of a container. */
export interface CommandOverrider {
  /** Name of the container. */
  readonly containerName: string
  /** What to do with the value. */
  readonly operator: 'add' | 'remove'
  /** What is added or removed. */
  readonly value?: readonly string[]
  /** Instead of the value: an expression (CEL) of a list of texts, about cluster, object and value. */
  readonly cel?: string
}

/** Changes labels. */
export interface MapOverrider {
  /** What to do with the value. */
  readonly operator: 'add' | 'remove' | 'replace'
  /** Keys and values. Only keys that are there are removed or replaced. */
  readonly value?: { readonly [name: string]: string }
  /** Instead of the value: an expression (CEL) of a map of texts, about cluster, object and value. */
  readonly cel?: string
}

/** A change inside the document. */
export interface EmbeddedPatch {
  /** JSON pointer inside the document. */
  readonly subPath: string
  /** What to do with the value. */
  readonly operator: 'add' | 'remove' | 'replace'
  /** Needed to add and to replace. */
  readonly value?: unknown
  /** Instead of the value: an expression (CEL) of any value, about cluster, object and value. */
  readonly cel?: string
}

/** Changes a document inside a text. */
export interface FieldOverrider {
  /** JSON pointer to the text. */
  readonly fieldPath: string
  /** Changes of a JSON document. Excludes yaml. */
  readonly json?: readonly EmbeddedPatch[]
  /** Changes of a YAML document. Excludes json. */
  readonly yaml?: readonly EmbeddedPatch[]
}

/** Changes any field. */
export interface PlaintextOverrider {
  /** JSON pointer to the field. */
  readonly path: string
  /** What to do with the value. */
  readonly operator: 'add' | 'remove' | 'replace'
  /** Needed to add and to replace. */
  readonly value?: unknown
  /** Instead of the value: an expression (CEL) of any value, about cluster, object and value. */
  readonly cel?: string
}

/** What is different, applied in the order given here. */
export interface Overriders {
  /** Changes of images, first. */
  readonly imageOverrider?: readonly ImageOverrider[]
  /** Changes of commands, second. */
  readonly commandOverrider?: readonly CommandOverrider[]
  /** Changes of arguments, third. */
  readonly argsOverrider?: readonly CommandOverrider[]
  /** Changes of labels, fourth. */
  readonly labelsOverrider?: readonly MapOverrider[]
  /** Changes of annotations, fifth. */
  readonly annotationsOverrider?: readonly MapOverrider[]
  /** Changes of documents inside texts, sixth. */
  readonly fieldOverrider?: readonly FieldOverrider[]
  /** Changes of any field, last. */
  readonly plaintext?: readonly PlaintextOverrider[]
}

/** One rule of one override policy that is about a cluster. */
export interface Override {
  /** Any Kubernetes object. */
  readonly manifest: Manifest
  /** A member cluster: what it is like, not how it is reached. */
  readonly cluster: Cluster
  /** What is different, applied in the order given here. */
  readonly overriders: Overriders
}

/** Where an object is inside its kind. */
export interface Key {
  /** Its namespace, unless its kind has none. */
  readonly namespace?: string
  /** Its name. */
  readonly name: string
}

/** Someone wants to write. */
export interface Admission {
  /** What is done. */
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  /** Where an object is inside its kind. */
  readonly key: Key
  /** Any Kubernetes object. */
  readonly manifest: Manifest
  /** Any Kubernetes object. */
  readonly before?: Manifest
  /** Who it is. */
  readonly user: string
  /** Whether nothing is written in the end. */
  readonly dryRun: boolean
}

/** One thing that is wrong. */
export interface Cause {
  /** Why, in a word: FieldValueInvalid, FieldValueRequired, ... */
  readonly reason: string
  /** Why, in a sentence. */
  readonly message: string
  /** Path of the field: spec.replicas. */
  readonly field?: string
}

/** Why not. */
export interface Denial {
  /** Why, in words the user can act on. */
  readonly message: string
  /** HTTP status; by default 403. */
  readonly code?: number
  /** In a word: Forbidden by default; Invalid, QuotaExceeded, ... */
  readonly reason?: string
  /** What is wrong, field by field. */
  readonly causes?: readonly Cause[]
}

/**
 * What a guest may export. It answers the points it has a function for; `null` is no opinion.
 */
export interface Guest {
  /** `interpret.replicas`: how many replicas a workload wants, and what one of them needs. No opinion: not a workload. */
  interpretReplicas(argument: Template): Needs | null
  /** `interpret.components`: the pod templates of a workload that has several. */
  interpretComponents(argument: Template): readonly Component[] | null
  /** `interpret.reviseReplicas`: the object with another number of replicas. */
  interpretReviseReplicas(argument: Revision): Manifest | null
  /** `interpret.retain`: the desired object with the fields that belong to the member. */
  interpretRetain(argument: Retention): Manifest | null
  /** `interpret.status`: what of a member's object is worth collecting. No opinion: its whole status. */
  interpretStatus(argument: Template): Reflection | null
  /** `interpret.health`: whether a member's object does what it is for. */
  interpretHealth(argument: Template): Health | null
  /** `interpret.aggregate`: the object with one status made of what all clusters say. */
  interpretAggregate(argument: Aggregation): Manifest | null
  /** `interpret.dependencies`: what a workload cannot run without. */
  interpretDependencies(argument: Template): readonly Dependency[] | null
  /** `schedule.filter`: which clusters cannot take a binding, and why. */
  scheduleFilter(argument: Candidates): Refusals | null
  /** `schedule.score`: how good each cluster is for a binding. */
  scheduleScore(argument: Candidates): Scores | null
  /** `schedule.estimate`: how many more replicas of a binding each cluster could take. */
  scheduleEstimate(argument: Candidates): Estimates | null
  /** `schedule.select`: which of the clusters that passed to use. No opinion: all. */
  scheduleSelect(argument: Feasibility): Selection | null
  /** `schedule.assign`: how many replicas each selected cluster gets. */
  scheduleAssign(argument: Feasibility): Assignment | null
  /** `render.override`: the object as a rule of an override policy wants it for a cluster. */
  renderOverride(argument: Override): Manifest | null
  /** `admit.mutate`: the object that is written, instead of the one that was sent. */
  admitMutate(argument: Admission): Manifest | null
  /** `admit.refuse`: why an object must not be written. */
  admitRefuse(argument: Admission): Denial | null
}
