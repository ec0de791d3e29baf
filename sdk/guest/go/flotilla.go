// Code generated from the schema of the guest points. DO NOT EDIT.

// Package flotilla is the contract between Flotilla and its guests. A guest answers the points it exports a function for:
//
//	interpretReplicas: interpret.replicas, func(Template) (*Needs, error)
//	interpretComponents: interpret.components, func(Template) (*[]Component, error)
//	interpretReviseReplicas: interpret.reviseReplicas, func(Revision) (*Manifest, error)
//	interpretRetain: interpret.retain, func(Retention) (*Manifest, error)
//	interpretStatus: interpret.status, func(Template) (*Reflection, error)
//	interpretHealth: interpret.health, func(Template) (*Health, error)
//	interpretAggregate: interpret.aggregate, func(Aggregation) (*Manifest, error)
//	interpretDependencies: interpret.dependencies, func(Template) (*[]Dependency, error)
//	scheduleFilter: schedule.filter, func(Candidates) (*Refusals, error)
//	scheduleScore: schedule.score, func(Candidates) (*Scores, error)
//	scheduleEstimate: schedule.estimate, func(Candidates) (*Estimates, error)
//	scheduleSelect: schedule.select, func(Feasibility) (*Selection, error)
//	scheduleAssign: schedule.assign, func(Feasibility) (*Assignment, error)
//	renderOverride: render.override, func(Override) (*Manifest, error)
//	admitMutate: admit.mutate, func(Admission) (*Manifest, error)
//	admitRefuse: admit.refuse, func(Admission) (*Denial, error)
package flotilla

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
)

// Manifest is any Kubernetes object: of what it has, only its kind knows. Numbers are json.Number, so that none changes on the way.
type Manifest = map[string]any

// Quantity is an amount of Kubernetes, such as 500m or 1Gi: a text or a number.
type Quantity = any

// The imports of a guest: what Extism gives to every program. Nothing else is there.

//go:wasmimport extism:host/env input_length
func inputLength() uint64

//go:wasmimport extism:host/env input_load_u8
func inputLoad8(offset uint64) uint32

//go:wasmimport extism:host/env input_load_u64
func inputLoad64(offset uint64) uint64

//go:wasmimport extism:host/env alloc
func alloc(length uint64) uint64

//go:wasmimport extism:host/env store_u8
func store8(offset uint64, value uint32)

//go:wasmimport extism:host/env store_u64
func store64(offset uint64, value uint64)

//go:wasmimport extism:host/env output_set
func outputSet(offset uint64, length uint64)

//go:wasmimport extism:host/env error_set
func errorSet(offset uint64)

func input() []byte {
	bytes := make([]byte, inputLength())
	at := 0
	for ; at+8 <= len(bytes); at += 8 {
		binary.LittleEndian.PutUint64(bytes[at:], inputLoad64(uint64(at)))
	}
	for ; at < len(bytes); at++ {
		bytes[at] = byte(inputLoad8(uint64(at)))
	}
	return bytes
}

// handOver puts bytes where the host finds them.
func handOver(bytes []byte) uint64 {
	to := alloc(uint64(len(bytes)))
	at := 0
	for ; at+8 <= len(bytes); at += 8 {
		store64(to+uint64(at), binary.LittleEndian.Uint64(bytes[at:]))
	}
	for ; at < len(bytes); at++ {
		store8(to+uint64(at), uint32(bytes[at]))
	}
	return to
}

func failed(err error) int32 {
	errorSet(handOver([]byte(err.Error())))
	return 1
}

// Answer reads the question, and gives what the function says to it: nil is no opinion, an error ends the call.
func Answer[Question, Reply any](function func(Question) (*Reply, error)) int32 {
	var question Question
	decoder := json.NewDecoder(bytes.NewReader(input()))
	decoder.UseNumber()
	if err := decoder.Decode(&question); err != nil {
		return failed(err)
	}
	reply, err := function(question)
	if err != nil {
		return failed(err)
	}
	encoded, err := json.Marshal(reply)
	if err != nil {
		return failed(err)
	}
	outputSet(handOver(encoded), uint64(len(encoded)))
	return 0
}

// At is what stands at a path of fields, or nil: At(manifest, "spec", "replicas").
func At(object map[string]any, path ...string) any {
	var now any = object
	for _, name := range path {
		fields, ok := now.(map[string]any)
		if !ok {
			return nil
		}
		now = fields[name]
	}
	return now
}

// IntegerAt is the whole number at a path of fields, or otherwise.
func IntegerAt(object map[string]any, otherwise int64, path ...string) int64 {
	if number, ok := At(object, path...).(json.Number); ok {
		if integer, err := number.Int64(); err == nil {
			return integer
		}
	}
	return otherwise
}

// Set puts a value at a path of fields; objects on the way are made where they are missing.
func Set(object map[string]any, value any, path ...string) {
	for _, name := range path[:len(path)-1] {
		child, ok := object[name].(map[string]any)
		if !ok {
			child = map[string]any{}
			object[name] = child
		}
		object = child
	}
	object[path[len(path)-1]] = value
}

// OwnerReference: an object this one belongs to.
type OwnerReference struct {
	// Version of the owner.
	ApiVersion string `json:"apiVersion"`
	// Kind of the owner.
	Kind string `json:"kind"`
	// Name of the owner.
	Name string `json:"name"`
	// UID of the owner.
	UID string `json:"uid"`
	// Whether the owner looks after it.
	Controller bool `json:"controller,omitempty"`
	// Whether the owner waits for it to go.
	BlockOwnerDeletion bool `json:"blockOwnerDeletion,omitempty"`
}

// ObjectMeta: name, labels and whatever else every object has.
type ObjectMeta struct {
	// Name of the object.
	Name string `json:"name"`
	// Its namespace, unless its kind has none.
	Namespace string `json:"namespace,omitempty"`
	// What its name was made from.
	GenerateName string `json:"generateName,omitempty"`
	// One object in all of time.
	UID string `json:"uid,omitempty"`
	// Changes whenever the object does.
	ResourceVersion string `json:"resourceVersion,omitempty"`
	// Counts changes of what is wanted.
	Generation *int64 `json:"generation,omitempty"`
	// When it was created.
	CreationTimestamp string `json:"creationTimestamp,omitempty"`
	// Since when it is going away.
	DeletionTimestamp string `json:"deletionTimestamp,omitempty"`
	// How long it may take to go.
	DeletionGracePeriodSeconds *int64 `json:"deletionGracePeriodSeconds,omitempty"`
	// What it can be selected by.
	Labels map[string]string `json:"labels,omitempty"`
	// Anything else that is said of it.
	Annotations map[string]string `json:"annotations,omitempty"`
	// Who has to let it go.
	Finalizers []string `json:"finalizers,omitempty"`
	// What it belongs to.
	OwnerReferences []OwnerReference `json:"ownerReferences,omitempty"`
	// Who wrote which of its fields.
	ManagedFields []any `json:"managedFields,omitempty"`
}

// LabelSelectorRequirement: a rule about one label.
type LabelSelectorRequirement struct {
	// Key of the label.
	Key string `json:"key"`
	// In, NotIn, Exists or DoesNotExist.
	Operator string `json:"operator"`
	// Values for In and NotIn.
	Values []string `json:"values,omitempty"`
}

// LabelSelector: objects by their labels.
type LabelSelector struct {
	// Labels that must have exactly these values.
	MatchLabels map[string]string `json:"matchLabels,omitempty"`
	// Rules that must all hold.
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty"`
}

// Template: an object that a question is about.
type Template struct {
	// Any Kubernetes object.
	Manifest Manifest `json:"manifest"`
}

// NodeSelectorTerm: all rules must hold.
type NodeSelectorTerm struct {
	// Rules about labels of the node.
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty"`
	// Rules about fields of the node.
	MatchFields []LabelSelectorRequirement `json:"matchFields,omitempty"`
}

// NodeSelector: rules a node must satisfy.
type NodeSelector struct {
	// Terms of which one must hold.
	NodeSelectorTerms []NodeSelectorTerm `json:"nodeSelectorTerms"`
}

// Toleration: a taint that is tolerated.
type Toleration struct {
	// Key of the taint; empty with Exists tolerates all.
	Key string `json:"key,omitempty"`
	// Equal (the default) or Exists.
	Operator string `json:"operator,omitempty"`
	// Value of the taint, with Equal.
	Value string `json:"value,omitempty"`
	// NoSchedule, PreferNoSchedule or NoExecute; empty is all of them.
	Effect string `json:"effect,omitempty"`
	// How long NoExecute is tolerated; unset is forever, zero or less is not at all.
	TolerationSeconds *int64 `json:"tolerationSeconds,omitempty"`
}

// NodeClaim: what its node must be like.
type NodeClaim struct {
	// Rules a node must satisfy.
	HardNodeAffinity *NodeSelector `json:"hardNodeAffinity,omitempty"`
	// Labels a node must have.
	NodeSelector map[string]string `json:"nodeSelector,omitempty"`
	// Taints of nodes that are tolerated.
	Tolerations []Toleration `json:"tolerations,omitempty"`
}

// ReplicaRequirements: what one replica needs.
type ReplicaRequirements struct {
	// What its node must be like.
	NodeClaim *NodeClaim `json:"nodeClaim,omitempty"`
	// What one replica asks for.
	ResourceRequest map[string]Quantity `json:"resourceRequest,omitempty"`
	// Priority class of its pods.
	PriorityClassName string `json:"priorityClassName,omitempty"`
	// Namespace of the template, whose quotas count.
	Namespace string `json:"namespace,omitempty"`
}

// Needs: how many replicas a workload wants, and what one needs.
type Needs struct {
	// How many replicas it wants.
	Replicas int32 `json:"replicas"`
	// What one replica needs.
	Requirements *ReplicaRequirements `json:"requirements,omitempty"`
}

// ComponentReplicaRequirements: what one of them needs.
type ComponentReplicaRequirements struct {
	// What its node must be like.
	NodeClaim *NodeClaim `json:"nodeClaim,omitempty"`
	// What one replica asks for.
	ResourceRequest map[string]Quantity `json:"resourceRequest,omitempty"`
	// Priority class of its pods.
	PriorityClassName string `json:"priorityClassName,omitempty"`
}

// Component: one of several pod templates.
type Component struct {
	// Name of the component.
	Name string `json:"name"`
	// How many replicas it wants.
	Replicas int32 `json:"replicas"`
	// What one of them needs.
	ReplicaRequirements *ComponentReplicaRequirements `json:"replicaRequirements,omitempty"`
}

// Revision: an object, and how many replicas it shall have.
type Revision struct {
	// Any Kubernetes object.
	Manifest Manifest `json:"manifest"`
	// So many.
	Replicas int32 `json:"replicas"`
}

// Retention: what a member shall hold, and what it holds.
type Retention struct {
	// What Flotilla wants the member to hold.
	Desired Manifest `json:"desired"`
	// What the member holds.
	Observed Manifest `json:"observed"`
}

// Reflection: what of an object is worth collecting; without status: nothing.
type Reflection struct {
	// The status to collect.
	Status any `json:"status,omitempty"`
}

// Health: Whether the object does what it is for.
type Health = string

const Healthy Health = "Healthy"

const Unhealthy Health = "Unhealthy"

const Unknown Health = "Unknown"

// StatusItem: what one cluster says of the object.
type StatusItem struct {
	// The cluster.
	ClusterName string `json:"clusterName"`
	// What was collected of the status there.
	Status any `json:"status,omitempty"`
	// Whether the cluster has what it should.
	Applied bool `json:"applied,omitempty"`
	// Why it has not.
	AppliedMessage string `json:"appliedMessage,omitempty"`
	// Whether the object does what it is for.
	Health Health `json:"health,omitempty"`
}

// Aggregation: an object, and what clusters say of it.
type Aggregation struct {
	// The object as the user wrote it.
	Template Manifest `json:"template"`
	// What each cluster says.
	Items []StatusItem `json:"items"`
}

// Dependency: an object that a workload cannot run without, by name or by labels.
type Dependency struct {
	// Its version.
	ApiVersion string `json:"apiVersion"`
	// Its kind.
	Kind string `json:"kind"`
	// Its namespace.
	Namespace string `json:"namespace,omitempty"`
	// Its name. It wins over labelSelector.
	Name string `json:"name,omitempty"`
	// Its labels.
	LabelSelector *LabelSelector `json:"labelSelector,omitempty"`
}

// FieldSelector: properties of the clusters.
type FieldSelector struct {
	// Rules that must all hold.
	MatchExpressions []LabelSelectorRequirement `json:"matchExpressions,omitempty"`
}

// ClusterAffinity: the candidate clusters; unset is all. Excludes clusterAffinities.
type ClusterAffinity struct {
	// Labels of the clusters.
	LabelSelector *LabelSelector `json:"labelSelector,omitempty"`
	// Properties of the clusters.
	FieldSelector *FieldSelector `json:"fieldSelector,omitempty"`
	// Names of the clusters; empty is every name.
	ClusterNames []string `json:"clusterNames,omitempty"`
	// Clusters that are never meant, whatever the rest says.
	Exclude []string `json:"exclude,omitempty"`
}

// OverflowClusterAffinity: a further tier of clusters.
type OverflowClusterAffinity struct {
	// Name of the tier, unique within its term.
	AffinityName string `json:"affinityName"`
	// Labels of the clusters.
	LabelSelector *LabelSelector `json:"labelSelector,omitempty"`
	// Properties of the clusters.
	FieldSelector *FieldSelector `json:"fieldSelector,omitempty"`
	// Names of the clusters; empty is every name.
	ClusterNames []string `json:"clusterNames,omitempty"`
	// Clusters that are never meant, whatever the rest says.
	Exclude []string `json:"exclude,omitempty"`
}

// ClusterAffinityTerm: a group of candidate clusters.
type ClusterAffinityTerm struct {
	// Name of the term, unique within the policy.
	AffinityName string `json:"affinityName"`
	// Labels of the clusters.
	LabelSelector *LabelSelector `json:"labelSelector,omitempty"`
	// Properties of the clusters.
	FieldSelector *FieldSelector `json:"fieldSelector,omitempty"`
	// Names of the clusters; empty is every name.
	ClusterNames []string `json:"clusterNames,omitempty"`
	// Clusters that are never meant, whatever the rest says.
	Exclude []string `json:"exclude,omitempty"`
	// Tiers used in order when the clusters above lack capacity.
	OverflowAffinities []OverflowClusterAffinity `json:"overflowAffinities,omitempty"`
}

// SpreadConstraint: spreads over groups of clusters.
type SpreadConstraint struct {
	// What makes a group.
	SpreadByField string `json:"spreadByField,omitempty"`
	// Label of the clusters that makes a group. Not supported by the scheduler.
	SpreadByLabel string `json:"spreadByLabel,omitempty"`
	// The most groups to use.
	MaxGroups *int64 `json:"maxGroups,omitempty"`
	// The fewest groups to use; 1 unless given.
	MinGroups *int64 `json:"minGroups,omitempty"`
}

// StaticWeight: weight of some clusters.
type StaticWeight struct {
	// The clusters.
	TargetCluster ClusterAffinity `json:"targetCluster"`
	// Their weight. A cluster takes the largest that is about it.
	Weight int64 `json:"weight"`
}

// WeightPreference: the weights, with Weighted; unset weighs all clusters alike.
type WeightPreference struct {
	// Weights that are given.
	StaticWeightList []StaticWeight `json:"staticWeightList,omitempty"`
	// Weights that are found. Static weights are ignored then.
	DynamicWeight string `json:"dynamicWeight,omitempty"`
}

// ReplicaScheduling: how replicas are spread over the clusters; unset is a full copy in each.
type ReplicaScheduling struct {
	// Duplicated: every cluster gets all replicas. Divided: they share them.
	ReplicaSchedulingType string `json:"replicaSchedulingType,omitempty"`
	// With Divided. Aggregated: into as few clusters as can take them. Weighted: by weight.
	ReplicaDivisionPreference string `json:"replicaDivisionPreference,omitempty"`
	// The weights, with Weighted; unset weighs all clusters alike.
	WeightPreference *WeightPreference `json:"weightPreference,omitempty"`
}

// AffinityGroup: goes where the other workloads of its group are.
type AffinityGroup struct {
	// Label of the template whose value names the group.
	GroupByLabelKey string `json:"groupByLabelKey"`
}

// WorkloadAffinity: where other workloads of the namespace are, or are not.
type WorkloadAffinity struct {
	// Goes where the other workloads of its group are.
	Affinity *AffinityGroup `json:"affinity,omitempty"`
	// Stays away from the other workloads of its group.
	AntiAffinity *AffinityGroup `json:"antiAffinity,omitempty"`
}

// Placement: where a template may go.
type Placement struct {
	// The candidate clusters; unset is all. Excludes clusterAffinities.
	ClusterAffinity *ClusterAffinity `json:"clusterAffinity,omitempty"`
	// Groups of candidates, of which the first that fits is used.
	ClusterAffinities []ClusterAffinityTerm `json:"clusterAffinities,omitempty"`
	// Taints of clusters that are tolerated.
	ClusterTolerations []Toleration `json:"clusterTolerations,omitempty"`
	// How to spread over groups of clusters.
	SpreadConstraints []SpreadConstraint `json:"spreadConstraints,omitempty"`
	// How replicas are spread over the clusters; unset is a full copy in each.
	ReplicaScheduling *ReplicaScheduling `json:"replicaScheduling,omitempty"`
	// Where other workloads of the namespace are, or are not.
	WorkloadAffinity *WorkloadAffinity `json:"workloadAffinity,omitempty"`
}

// ComponentShare: share of one component.
type ComponentShare struct {
	// Name of the component.
	Name string `json:"name"`
	// How many replicas.
	Replicas int32 `json:"replicas"`
}

// TargetCluster: a cluster, and its share.
type TargetCluster struct {
	// Name of the cluster.
	Name string `json:"name"`
	// How many replicas it gets.
	Replicas *int32 `json:"replicas,omitempty"`
	// How many replicas of each component it gets.
	Components []ComponentShare `json:"components,omitempty"`
}

// ObjectReference: the template.
type ObjectReference struct {
	// Version of the template.
	ApiVersion string `json:"apiVersion"`
	// Kind of the template.
	Kind string `json:"kind"`
	// Namespace of the template.
	Namespace string `json:"namespace,omitempty"`
	// Name of the template.
	Name string `json:"name"`
	// UID of the template.
	UID string `json:"uid,omitempty"`
	// Version of the template this binding is about.
	ResourceVersion string `json:"resourceVersion,omitempty"`
}

// GracefulEvictionTask: a cluster that is being left.
type GracefulEvictionTask struct {
	// The cluster.
	FromCluster string `json:"fromCluster"`
	// How the old copy goes.
	PurgeMode string `json:"purgeMode,omitempty"`
	// How many replicas it had.
	Replicas *int32 `json:"replicas,omitempty"`
	// Why, in a word.
	Reason string `json:"reason"`
	// Why, in a sentence.
	Message string `json:"message,omitempty"`
	// Who said so.
	Producer string `json:"producer"`
	// How long to wait for the new copy. Excludes suppressDeletion.
	GracePeriodSeconds *int32 `json:"gracePeriodSeconds,omitempty"`
	// The old copy stays until someone says otherwise.
	SuppressDeletion bool `json:"suppressDeletion,omitempty"`
	// Labels for the new copy.
	PreservedLabelState map[string]string `json:"preservedLabelState,omitempty"`
	// When the leaving began.
	CreationTimestamp string `json:"creationTimestamp,omitempty"`
	// Where the template was before.
	ClustersBeforeFailover []string `json:"clustersBeforeFailover,omitempty"`
}

// BindingSnapshot: a binding whose template needs this one.
type BindingSnapshot struct {
	// Namespace of the binding.
	Namespace string `json:"namespace,omitempty"`
	// Name of the binding.
	Name string `json:"name"`
	// Where it is.
	Clusters []TargetCluster `json:"clusters,omitempty"`
}

// FailoverApplicationDecisionConditions: when it has to move.
type FailoverApplicationDecisionConditions struct {
	// How long it may be unhealthy.
	TolerationSeconds *int32 `json:"tolerationSeconds,omitempty"`
}

// FailoverApplicationStatePreservationRule: one label.
type FailoverApplicationStatePreservationRule struct {
	// Key of the label.
	AliasLabelName string `json:"aliasLabelName"`
	// Path of its value in the status that was collected.
	JsonPath string `json:"jsonPath"`
}

// FailoverApplicationStatePreservation: status that is handed to the new copy as labels.
type FailoverApplicationStatePreservation struct {
	// What to hand over.
	Rules []FailoverApplicationStatePreservationRule `json:"rules"`
}

// FailoverApplication: what happens when the application is unhealthy.
type FailoverApplication struct {
	// When it has to move.
	DecisionConditions FailoverApplicationDecisionConditions `json:"decisionConditions"`
	// How the old copy goes: at once, when the new one is healthy, or never.
	PurgeMode string `json:"purgeMode,omitempty"`
	// How long to wait for the new copy, with Gracefully; 600 unless given.
	GracePeriodSeconds *int32 `json:"gracePeriodSeconds,omitempty"`
	// Status that is handed to the new copy as labels.
	StatePreservation *FailoverApplicationStatePreservation `json:"statePreservation,omitempty"`
}

// FailoverCluster: what happens when a cluster has a NoExecute taint.
type FailoverCluster struct {
	// How the old copy goes: at once, or when the new one is healthy.
	PurgeMode string `json:"purgeMode,omitempty"`
	// Status that is handed to the new copy as labels.
	StatePreservation *FailoverApplicationStatePreservation `json:"statePreservation,omitempty"`
}

// Failover: when and how to move to other clusters.
type Failover struct {
	// What happens when the application is unhealthy.
	Application *FailoverApplication `json:"application,omitempty"`
	// What happens when a cluster has a NoExecute taint.
	Cluster *FailoverCluster `json:"cluster,omitempty"`
}

// SuspensionDispatchingOnClusters: nothing is written to some members.
type SuspensionDispatchingOnClusters struct {
	// The clusters.
	ClusterNames []string `json:"clusterNames,omitempty"`
}

// Suspension: stops scheduling, or writing to members.
type Suspension struct {
	// Nothing is written to any member.
	Dispatching bool `json:"dispatching,omitempty"`
	// Nothing is written to some members.
	DispatchingOnClusters *SuspensionDispatchingOnClusters `json:"dispatchingOnClusters,omitempty"`
	// It is not scheduled.
	Scheduling bool `json:"scheduling,omitempty"`
}

// SchedulePriority: how soon it is scheduled.
type SchedulePriority struct {
	// The higher goes first.
	Priority *int32 `json:"priority,omitempty"`
}

// WorkloadAffinityGroups: its groups, each as key=value.
type WorkloadAffinityGroups struct {
	// Workloads it goes with.
	AffinityGroup string `json:"affinityGroup,omitempty"`
	// Workloads it stays away from.
	AntiAffinityGroup string `json:"antiAffinityGroup,omitempty"`
}

// BindingSpec: the template, and the decision about it.
type BindingSpec struct {
	// The template.
	Resource ObjectReference `json:"resource"`
	// Whether what the template refers to goes with it.
	PropagateDeps bool `json:"propagateDeps,omitempty"`
	// What one replica needs.
	ReplicaRequirements *ReplicaRequirements `json:"replicaRequirements,omitempty"`
	// How many replicas the template wants in all.
	Replicas *int32 `json:"replicas,omitempty"`
	// Its pod templates, when there are several.
	Components []Component `json:"components,omitempty"`
	// Where it goes: what the scheduler decided.
	Clusters []TargetCluster `json:"clusters,omitempty"`
	// Where it may go, from the policy.
	Placement *Placement `json:"placement,omitempty"`
	// Clusters that are being left.
	GracefulEvictionTasks []GracefulEvictionTask `json:"gracefulEvictionTasks,omitempty"`
	// Bindings whose templates need this one.
	RequiredBy []BindingSnapshot `json:"requiredBy,omitempty"`
	// Who schedules it.
	SchedulerName string `json:"schedulerName,omitempty"`
	// When and how to move to other clusters.
	Failover *Failover `json:"failover,omitempty"`
	// What to do when a member already has such an object: Abort leaves it alone, Overwrite takes it over.
	ConflictResolution string `json:"conflictResolution,omitempty"`
	// It is scheduled afresh when this is after status.lastScheduledTime.
	RescheduleTriggeredAt string `json:"rescheduleTriggeredAt,omitempty"`
	// Stops scheduling, or writing to members.
	Suspension *Suspension `json:"suspension,omitempty"`
	// Whether members keep their objects when the template is deleted.
	PreserveResourcesOnDeletion bool `json:"preserveResourcesOnDeletion,omitempty"`
	// How soon it is scheduled.
	SchedulePriority *SchedulePriority `json:"schedulePriority,omitempty"`
	// Its groups, each as key=value.
	WorkloadAffinityGroups *WorkloadAffinityGroups `json:"workloadAffinityGroups,omitempty"`
}

// Condition: one aspect of the current state.
type Condition struct {
	// Type of the condition, in CamelCase.
	Type string `json:"type"`
	// Whether it holds.
	Status string `json:"status"`
	// Why, in one CamelCase word for programs.
	Reason string `json:"reason"`
	// Why, in words for people.
	Message string `json:"message"`
	// When the status last changed.
	LastTransitionTime string `json:"lastTransitionTime"`
	// Generation of the object this was said about.
	ObservedGeneration *int64 `json:"observedGeneration,omitempty"`
}

// CollectedStatus: what one cluster says.
type CollectedStatus struct {
	// The cluster.
	ClusterName string `json:"clusterName"`
	// What was collected of the status there.
	Status map[string]any `json:"status,omitempty"`
	// Whether the cluster has what it should.
	Applied bool `json:"applied,omitempty"`
	// Why it has not.
	AppliedMessage string `json:"appliedMessage,omitempty"`
	// Whether the object does what it is for.
	Health Health `json:"health,omitempty"`
}

// BindingStatus: what became of the decision.
type BindingStatus struct {
	// Generation the scheduler has seen.
	SchedulerObservedGeneration *int64 `json:"schedulerObservedGeneration,omitempty"`
	// The term of clusterAffinities in use.
	SchedulerObservingAffinityName string `json:"schedulerObservingAffinityName,omitempty"`
	// When it was last scheduled.
	LastScheduledTime string `json:"lastScheduledTime,omitempty"`
	// Scheduled, FullyApplied.
	Conditions []Condition `json:"conditions,omitempty"`
	// What each cluster says.
	AggregatedStatus []CollectedStatus `json:"aggregatedStatus,omitempty"`
}

// Binding: the decision about one template.
type Binding struct {
	// Version of its kind, such as apps/v1.
	ApiVersion string `json:"apiVersion"`
	// Its kind, such as Deployment.
	Kind string `json:"kind"`
	// Name, labels and whatever else every object has.
	Metadata ObjectMeta `json:"metadata"`
	// The template, and the decision about it.
	Spec BindingSpec `json:"spec"`
	// What became of the decision.
	Status *BindingStatus `json:"status,omitempty"`
}

// ClusterMetadata: its name, and what is said of it.
type ClusterMetadata struct {
	// Name of the object.
	Name string `json:"name"`
	// One object in all of time.
	UID string `json:"uid,omitempty"`
	// What it can be selected by.
	Labels map[string]string `json:"labels,omitempty"`
	// Anything else that is said of it.
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Taint: keeps away what does not tolerate it.
type Taint struct {
	// Key of the taint.
	Key string `json:"key"`
	// Value of the taint.
	Value string `json:"value,omitempty"`
	// What happens to what does not tolerate it.
	Effect string `json:"effect"`
	// When the taint was added; set by the server for NoExecute.
	TimeAdded string `json:"timeAdded,omitempty"`
}

// ResourceRange: the range of one resource.
type ResourceRange struct {
	// Name of the resource.
	Name string `json:"name"`
	// At least so much.
	Min Quantity `json:"min"`
	// Less than so much.
	Max Quantity `json:"max"`
}

// ResourceModel: a size of node.
type ResourceModel struct {
	// Number of the size, from small to large.
	Grade int64 `json:"grade"`
	// What nodes of this size have.
	Ranges []ResourceRange `json:"ranges"`
}

// ClusterSpec: what it is like.
type ClusterSpec struct {
	// Push: the control plane writes to it. Pull: its own agent fetches.
	SyncMode string `json:"syncMode"`
	// Who runs it.
	Provider string `json:"provider,omitempty"`
	// Region it is in.
	Region string `json:"region,omitempty"`
	// Deprecated: zones.
	Zone string `json:"zone,omitempty"`
	// Zones it is in.
	Zones []string `json:"zones,omitempty"`
	// Keep away what does not tolerate them.
	Taints []Taint `json:"taints,omitempty"`
	// Sizes of its nodes, for estimates; there are nine by default.
	ResourceModels []ResourceModel `json:"resourceModels,omitempty"`
}

// NodeSummary: its nodes.
type NodeSummary struct {
	// How many there are.
	TotalNum *int32 `json:"totalNum,omitempty"`
	// How many are ready.
	ReadyNum *int32 `json:"readyNum,omitempty"`
}

// ModeledNodes: nodes of one size.
type ModeledNodes struct {
	// The size.
	Grade int64 `json:"grade"`
	// How many.
	Count int64 `json:"count"`
}

// ResourceSummary: what its nodes have.
type ResourceSummary struct {
	// In all.
	Allocatable map[string]Quantity `json:"allocatable,omitempty"`
	// Asked for by pods that have no node yet.
	Allocating map[string]Quantity `json:"allocating,omitempty"`
	// Asked for by pods that have one.
	Allocated map[string]Quantity `json:"allocated,omitempty"`
	// How many nodes there are of each size.
	AllocatableModelings []ModeledNodes `json:"allocatableModelings,omitempty"`
}

// ClusterStatus: what was last seen of it.
type ClusterStatus struct {
	// Version of its API server.
	KubernetesVersion string `json:"kubernetesVersion,omitempty"`
	// Ready, CompleteAPIEnablements, ServiceDomainNameResolutionReady.
	Conditions []Condition `json:"conditions,omitempty"`
	// Its nodes.
	NodeSummary *NodeSummary `json:"nodeSummary,omitempty"`
	// What its nodes have.
	ResourceSummary *ResourceSummary `json:"resourceSummary,omitempty"`
}

// Cluster: a member cluster: what it is like, not how it is reached.
type Cluster struct {
	// Version of its kind, such as apps/v1.
	ApiVersion string `json:"apiVersion"`
	// Its kind, such as Deployment.
	Kind string `json:"kind"`
	// Its name, and what is said of it.
	Metadata ClusterMetadata `json:"metadata"`
	// What it is like.
	Spec ClusterSpec `json:"spec"`
	// What was last seen of it.
	Status ClusterStatus `json:"status"`
}

// Candidates: a binding, and the clusters in question.
type Candidates struct {
	// Which question it is.
	Point string `json:"point"`
	// The decision about one template.
	Binding Binding `json:"binding"`
	// Where it may go.
	Placement Placement `json:"placement"`
	// Name of the term of clusterAffinities that is being tried, where there are some.
	AffinityName string `json:"affinityName,omitempty"`
	// The clusters. One that is not in the answer is one without an opinion.
	Clusters []Cluster `json:"clusters"`
}

// Refusal: why a cluster cannot take a binding.
type Refusal struct {
	// Why, in words its operator can act on.
	Reason string `json:"reason"`
	// Whether the answer may change without a change anyone can see.
	Resolvable bool `json:"resolvable"`
	// What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster.
	ResolvedBy []string `json:"resolvedBy,omitempty"`
}

// Refusals: Why, for each cluster that cannot take the binding.
type Refusals = map[string]Refusal

// Scores: A score for each cluster; the more, the better.
type Scores = map[string]float64

// Estimates: How many more replicas each cluster could take.
type Estimates = map[string]int32

// Feasible: a cluster that passed every filter.
type Feasible struct {
	// A member cluster: what it is like, not how it is reached.
	Cluster Cluster `json:"cluster"`
	// The sum of its scores.
	Score float64 `json:"score"`
	// Replicas it could take beyond those it has; unset: nobody could say.
	Estimate *int32 `json:"estimate,omitempty"`
	// Replicas of this binding it has now.
	Assigned int32 `json:"assigned"`
	// 0: the term's own affinity; i + 1: its i-th overflow affinity.
	Overflow int64 `json:"overflow"`
}

// Feasibility: a binding, and the clusters that passed.
type Feasibility struct {
	// Which question it is.
	Point string `json:"point"`
	// The decision about one template.
	Binding Binding `json:"binding"`
	// Where it may go.
	Placement Placement `json:"placement"`
	// Clusters that passed, the best first.
	Clusters []Feasible `json:"clusters"`
	// Whether a full reschedule was asked for: what is assigned now does not bind.
	Fresh bool `json:"fresh"`
}

// Selection: the clusters to use, or why there are too few.
type Selection struct {
	// Names of the clusters to use.
	Clusters []string `json:"clusters,omitempty"`
	// Why there are too few, in words a user can act on.
	Unfit string `json:"unfit,omitempty"`
	// What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster.
	ResolvedBy []string `json:"resolvedBy,omitempty"`
}

// AssignmentWeight: a cluster and its weight.
type AssignmentWeight struct {
	// Name of the cluster.
	Name string `json:"name"`
	// Its weight.
	Weight float64 `json:"weight"`
}

// Assignment: who gets how many, or why it does not work out.
type Assignment struct {
	// The clusters, and their shares.
	Targets []TargetCluster `json:"targets,omitempty"`
	// What replicas were given in proportion to, for who asks why.
	Weights []AssignmentWeight `json:"weights,omitempty"`
	// Why it does not work out, in words a user can act on.
	Unschedulable string `json:"unschedulable,omitempty"`
	// What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster.
	ResolvedBy []string `json:"resolvedBy,omitempty"`
}

// ImageOverriderPredicate: which image; unset is the images of all containers.
type ImageOverriderPredicate struct {
	// JSON pointer to the image.
	Path string `json:"path"`
}

// ImageOverrider: changes images.
type ImageOverrider struct {
	// Which image; unset is the images of all containers.
	Predicate *ImageOverriderPredicate `json:"predicate,omitempty"`
	// Part of the image.
	Component string `json:"component"`
	// What to do with the value.
	Operator string `json:"operator"`
	// Needed to add and to replace.
	Value string `json:"value,omitempty"`
	// Instead of the value: an expression (CEL) of a text, about cluster, object and value.
	Cel string `json:"cel,omitempty"`
}

// CommandOverrider: changes the command of a container.
type CommandOverrider struct {
	// Name of the container.
	ContainerName string `json:"containerName"`
	// What to do with the value.
	Operator string `json:"operator"`
	// What is added or removed.
	Value []string `json:"value,omitempty"`
	// Instead of the value: an expression (CEL) of a list of texts, about cluster, object and value.
	Cel string `json:"cel,omitempty"`
}

// MapOverrider: changes labels.
type MapOverrider struct {
	// What to do with the value.
	Operator string `json:"operator"`
	// Keys and values. Only keys that are there are removed or replaced.
	Value map[string]string `json:"value,omitempty"`
	// Instead of the value: an expression (CEL) of a map of texts, about cluster, object and value.
	Cel string `json:"cel,omitempty"`
}

// EmbeddedPatch: a change inside the document.
type EmbeddedPatch struct {
	// JSON pointer inside the document.
	SubPath string `json:"subPath"`
	// What to do with the value.
	Operator string `json:"operator"`
	// Needed to add and to replace.
	Value any `json:"value,omitempty"`
	// Instead of the value: an expression (CEL) of any value, about cluster, object and value.
	Cel string `json:"cel,omitempty"`
}

// FieldOverrider: changes a document inside a text.
type FieldOverrider struct {
	// JSON pointer to the text.
	FieldPath string `json:"fieldPath"`
	// Changes of a JSON document. Excludes yaml.
	Json []EmbeddedPatch `json:"json,omitempty"`
	// Changes of a YAML document. Excludes json.
	Yaml []EmbeddedPatch `json:"yaml,omitempty"`
}

// PlaintextOverrider: changes any field.
type PlaintextOverrider struct {
	// JSON pointer to the field.
	Path string `json:"path"`
	// What to do with the value.
	Operator string `json:"operator"`
	// Needed to add and to replace.
	Value any `json:"value,omitempty"`
	// Instead of the value: an expression (CEL) of any value, about cluster, object and value.
	Cel string `json:"cel,omitempty"`
}

// Overriders: what is different, applied in the order given here.
type Overriders struct {
	// Changes of images, first.
	ImageOverrider []ImageOverrider `json:"imageOverrider,omitempty"`
	// Changes of commands, second.
	CommandOverrider []CommandOverrider `json:"commandOverrider,omitempty"`
	// Changes of arguments, third.
	ArgsOverrider []CommandOverrider `json:"argsOverrider,omitempty"`
	// Changes of labels, fourth.
	LabelsOverrider []MapOverrider `json:"labelsOverrider,omitempty"`
	// Changes of annotations, fifth.
	AnnotationsOverrider []MapOverrider `json:"annotationsOverrider,omitempty"`
	// Changes of documents inside texts, sixth.
	FieldOverrider []FieldOverrider `json:"fieldOverrider,omitempty"`
	// Changes of any field, last.
	Plaintext []PlaintextOverrider `json:"plaintext,omitempty"`
}

// Override: one rule of one override policy that is about a cluster.
type Override struct {
	// Any Kubernetes object.
	Manifest Manifest `json:"manifest"`
	// A member cluster: what it is like, not how it is reached.
	Cluster Cluster `json:"cluster"`
	// What is different, applied in the order given here.
	Overriders Overriders `json:"overriders"`
}

// Key: where an object is inside its kind.
type Key struct {
	// Its namespace, unless its kind has none.
	Namespace string `json:"namespace,omitempty"`
	// Its name.
	Name string `json:"name"`
}

// Admission: someone wants to write.
type Admission struct {
	// What is done.
	Operation string `json:"operation"`
	// Where an object is inside its kind.
	Key Key `json:"key"`
	// Any Kubernetes object.
	Manifest Manifest `json:"manifest"`
	// Any Kubernetes object.
	Before Manifest `json:"before,omitempty"`
	// Who it is.
	User string `json:"user"`
	// Whether nothing is written in the end.
	DryRun bool `json:"dryRun"`
}

// Cause: one thing that is wrong.
type Cause struct {
	// Why, in a word: FieldValueInvalid, FieldValueRequired, ...
	Reason string `json:"reason"`
	// Why, in a sentence.
	Message string `json:"message"`
	// Path of the field: spec.replicas.
	Field string `json:"field,omitempty"`
}

// Denial: why not.
type Denial struct {
	// Why, in words the user can act on.
	Message string `json:"message"`
	// HTTP status; by default 403.
	Code *int64 `json:"code,omitempty"`
	// In a word: Forbidden by default; Invalid, QuotaExceeded, ...
	Reason string `json:"reason,omitempty"`
	// What is wrong, field by field.
	Causes []Cause `json:"causes,omitempty"`
}
