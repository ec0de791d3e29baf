// Generated from the schema of the guest points. Do not edit.

//! A guest answers the points it exports a function for:
//!
//! - `interpretReplicas`: interpret.replicas, `Template` to `Option<Needs>`
//! - `interpretComponents`: interpret.components, `Template` to `Option<Vec<Component>>`
//! - `interpretReviseReplicas`: interpret.reviseReplicas, `Revision` to `Option<Manifest>`
//! - `interpretRetain`: interpret.retain, `Retention` to `Option<Manifest>`
//! - `interpretStatus`: interpret.status, `Template` to `Option<Reflection>`
//! - `interpretHealth`: interpret.health, `Template` to `Option<Health>`
//! - `interpretAggregate`: interpret.aggregate, `Aggregation` to `Option<Manifest>`
//! - `interpretDependencies`: interpret.dependencies, `Template` to `Option<Vec<Dependency>>`
//! - `scheduleFilter`: schedule.filter, `Candidates` to `Option<Refusals>`
//! - `scheduleScore`: schedule.score, `Candidates` to `Option<Scores>`
//! - `scheduleEstimate`: schedule.estimate, `Candidates` to `Option<Estimates>`
//! - `scheduleSelect`: schedule.select, `Feasibility` to `Option<Selection>`
//! - `scheduleAssign`: schedule.assign, `Feasibility` to `Option<Assignment>`
//! - `renderOverride`: render.override, `Override` to `Option<Manifest>`
//! - `admitMutate`: admit.mutate, `Admission` to `Option<Manifest>`
//! - `admitRefuse`: admit.refuse, `Admission` to `Option<Denial>`

#![allow(dead_code)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An object this one belongs to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct OwnerReference {
    /// Version of the owner.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// Kind of the owner.
    #[serde(rename = "kind")]
    pub kind: String,
    /// Name of the owner.
    #[serde(rename = "name")]
    pub name: String,
    /// UID of the owner.
    #[serde(rename = "uid")]
    pub uid: String,
    /// Whether the owner looks after it.
    #[serde(rename = "controller", default, skip_serializing_if = "Option::is_none")]
    pub controller: Option<bool>,
    /// Whether the owner waits for it to go.
    #[serde(rename = "blockOwnerDeletion", default, skip_serializing_if = "Option::is_none")]
    pub block_owner_deletion: Option<bool>,
}

/// Name, labels and whatever else every object has.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ObjectMeta {
    /// Name of the object.
    #[serde(rename = "name")]
    pub name: String,
    /// Its namespace, unless its kind has none.
    #[serde(rename = "namespace", default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// What its name was made from.
    #[serde(rename = "generateName", default, skip_serializing_if = "Option::is_none")]
    pub generate_name: Option<String>,
    /// One object in all of time.
    #[serde(rename = "uid", default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Changes whenever the object does.
    #[serde(rename = "resourceVersion", default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// Counts changes of what is wanted.
    #[serde(rename = "generation", default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// When it was created.
    #[serde(rename = "creationTimestamp", default, skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<String>,
    /// Since when it is going away.
    #[serde(rename = "deletionTimestamp", default, skip_serializing_if = "Option::is_none")]
    pub deletion_timestamp: Option<String>,
    /// How long it may take to go.
    #[serde(rename = "deletionGracePeriodSeconds", default, skip_serializing_if = "Option::is_none")]
    pub deletion_grace_period_seconds: Option<i64>,
    /// What it can be selected by.
    #[serde(rename = "labels", default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// Anything else that is said of it.
    #[serde(rename = "annotations", default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<BTreeMap<String, String>>,
    /// Who has to let it go.
    #[serde(rename = "finalizers", default, skip_serializing_if = "Option::is_none")]
    pub finalizers: Option<Vec<String>>,
    /// What it belongs to.
    #[serde(rename = "ownerReferences", default, skip_serializing_if = "Option::is_none")]
    pub owner_references: Option<Vec<OwnerReference>>,
    /// Who wrote which of its fields.
    #[serde(rename = "managedFields", default, skip_serializing_if = "Option::is_none")]
    pub managed_fields: Option<Vec<Value>>,
}

/// Any Kubernetes object. Of what it has, only its kind knows.
pub type Manifest = Value;

/// A rule about one label.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LabelSelectorRequirement {
    /// Key of the label.
    #[serde(rename = "key")]
    pub key: String,
    /// In, NotIn, Exists or DoesNotExist.
    #[serde(rename = "operator")]
    pub operator: String,
    /// Values for In and NotIn.
    #[serde(rename = "values", default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
}

/// Objects by their labels.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LabelSelector {
    /// Labels that must have exactly these values.
    #[serde(rename = "matchLabels", default, skip_serializing_if = "Option::is_none")]
    pub match_labels: Option<BTreeMap<String, String>>,
    /// Rules that must all hold.
    #[serde(rename = "matchExpressions", default, skip_serializing_if = "Option::is_none")]
    pub match_expressions: Option<Vec<LabelSelectorRequirement>>,
}

/// An object that a question is about.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Template {
    /// Any Kubernetes object.
    #[serde(rename = "manifest")]
    pub manifest: Manifest,
}

/// All rules must hold.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NodeSelectorTerm {
    /// Rules about labels of the node.
    #[serde(rename = "matchExpressions", default, skip_serializing_if = "Option::is_none")]
    pub match_expressions: Option<Vec<LabelSelectorRequirement>>,
    /// Rules about fields of the node.
    #[serde(rename = "matchFields", default, skip_serializing_if = "Option::is_none")]
    pub match_fields: Option<Vec<LabelSelectorRequirement>>,
}

/// Rules a node must satisfy.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NodeSelector {
    /// Terms of which one must hold.
    #[serde(rename = "nodeSelectorTerms")]
    pub node_selector_terms: Vec<NodeSelectorTerm>,
}

/// A taint that is tolerated.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Toleration {
    /// Key of the taint; empty with Exists tolerates all.
    #[serde(rename = "key", default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Equal (the default) or Exists.
    #[serde(rename = "operator", default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Value of the taint, with Equal.
    #[serde(rename = "value", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// NoSchedule, PreferNoSchedule or NoExecute; empty is all of them.
    #[serde(rename = "effect", default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<String>,
    /// How long NoExecute is tolerated; unset is forever, zero or less is not at all.
    #[serde(rename = "tolerationSeconds", default, skip_serializing_if = "Option::is_none")]
    pub toleration_seconds: Option<i64>,
}

/// What its node must be like.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NodeClaim {
    /// Rules a node must satisfy.
    #[serde(rename = "hardNodeAffinity", default, skip_serializing_if = "Option::is_none")]
    pub hard_node_affinity: Option<NodeSelector>,
    /// Labels a node must have.
    #[serde(rename = "nodeSelector", default, skip_serializing_if = "Option::is_none")]
    pub node_selector: Option<BTreeMap<String, String>>,
    /// Taints of nodes that are tolerated.
    #[serde(rename = "tolerations", default, skip_serializing_if = "Option::is_none")]
    pub tolerations: Option<Vec<Toleration>>,
}

/// What one replica needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ReplicaRequirements {
    /// What its node must be like.
    #[serde(rename = "nodeClaim", default, skip_serializing_if = "Option::is_none")]
    pub node_claim: Option<NodeClaim>,
    /// What one replica asks for.
    #[serde(rename = "resourceRequest", default, skip_serializing_if = "Option::is_none")]
    pub resource_request: Option<BTreeMap<String, Value>>,
    /// Priority class of its pods.
    #[serde(rename = "priorityClassName", default, skip_serializing_if = "Option::is_none")]
    pub priority_class_name: Option<String>,
    /// Namespace of the template, whose quotas count.
    #[serde(rename = "namespace", default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// How many replicas a workload wants, and what one needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Needs {
    /// How many replicas it wants.
    #[serde(rename = "replicas")]
    pub replicas: i32,
    /// What one replica needs.
    #[serde(rename = "requirements", default, skip_serializing_if = "Option::is_none")]
    pub requirements: Option<ReplicaRequirements>,
}

/// What one of them needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ComponentReplicaRequirements {
    /// What its node must be like.
    #[serde(rename = "nodeClaim", default, skip_serializing_if = "Option::is_none")]
    pub node_claim: Option<NodeClaim>,
    /// What one replica asks for.
    #[serde(rename = "resourceRequest", default, skip_serializing_if = "Option::is_none")]
    pub resource_request: Option<BTreeMap<String, Value>>,
    /// Priority class of its pods.
    #[serde(rename = "priorityClassName", default, skip_serializing_if = "Option::is_none")]
    pub priority_class_name: Option<String>,
}

/// One of several pod templates.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Component {
    /// Name of the component.
    #[serde(rename = "name")]
    pub name: String,
    /// How many replicas it wants.
    #[serde(rename = "replicas")]
    pub replicas: i32,
    /// What one of them needs.
    #[serde(rename = "replicaRequirements", default, skip_serializing_if = "Option::is_none")]
    pub replica_requirements: Option<ComponentReplicaRequirements>,
}

/// An object, and how many replicas it shall have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Revision {
    /// Any Kubernetes object.
    #[serde(rename = "manifest")]
    pub manifest: Manifest,
    /// So many.
    #[serde(rename = "replicas")]
    pub replicas: i32,
}

/// What a member shall hold, and what it holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Retention {
    /// What Flotilla wants the member to hold.
    #[serde(rename = "desired")]
    pub desired: Manifest,
    /// What the member holds.
    #[serde(rename = "observed")]
    pub observed: Manifest,
}

/// What of an object is worth collecting; without status: nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Reflection {
    /// The status to collect.
    #[serde(rename = "status", default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Value>,
}

/// Whether the object does what it is for.
pub type Health = String;

/// What one cluster says of the object.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StatusItem {
    /// The cluster.
    #[serde(rename = "clusterName")]
    pub cluster_name: String,
    /// What was collected of the status there.
    #[serde(rename = "status", default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Value>,
    /// Whether the cluster has what it should.
    #[serde(rename = "applied", default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<bool>,
    /// Why it has not.
    #[serde(rename = "appliedMessage", default, skip_serializing_if = "Option::is_none")]
    pub applied_message: Option<String>,
    /// Whether the object does what it is for.
    #[serde(rename = "health", default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

/// An object, and what clusters say of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Aggregation {
    /// The object as the user wrote it.
    #[serde(rename = "template")]
    pub template: Manifest,
    /// What each cluster says.
    #[serde(rename = "items")]
    pub items: Vec<StatusItem>,
}

/// An object that a workload cannot run without, by name or by labels.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Dependency {
    /// Its version.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// Its kind.
    #[serde(rename = "kind")]
    pub kind: String,
    /// Its namespace.
    #[serde(rename = "namespace", default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name. It wins over labelSelector.
    #[serde(rename = "name", default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its labels.
    #[serde(rename = "labelSelector", default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<LabelSelector>,
}

/// Properties of the clusters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FieldSelector {
    /// Rules that must all hold.
    #[serde(rename = "matchExpressions", default, skip_serializing_if = "Option::is_none")]
    pub match_expressions: Option<Vec<LabelSelectorRequirement>>,
}

/// The candidate clusters; unset is all. Excludes clusterAffinities.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ClusterAffinity {
    /// Labels of the clusters.
    #[serde(rename = "labelSelector", default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<LabelSelector>,
    /// Properties of the clusters.
    #[serde(rename = "fieldSelector", default, skip_serializing_if = "Option::is_none")]
    pub field_selector: Option<FieldSelector>,
    /// Names of the clusters; empty is every name.
    #[serde(rename = "clusterNames", default, skip_serializing_if = "Option::is_none")]
    pub cluster_names: Option<Vec<String>>,
    /// Clusters that are never meant, whatever the rest says.
    #[serde(rename = "exclude", default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<String>>,
}

/// A further tier of clusters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct OverflowClusterAffinity {
    /// Name of the tier, unique within its term.
    #[serde(rename = "affinityName")]
    pub affinity_name: String,
    /// Labels of the clusters.
    #[serde(rename = "labelSelector", default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<LabelSelector>,
    /// Properties of the clusters.
    #[serde(rename = "fieldSelector", default, skip_serializing_if = "Option::is_none")]
    pub field_selector: Option<FieldSelector>,
    /// Names of the clusters; empty is every name.
    #[serde(rename = "clusterNames", default, skip_serializing_if = "Option::is_none")]
    pub cluster_names: Option<Vec<String>>,
    /// Clusters that are never meant, whatever the rest says.
    #[serde(rename = "exclude", default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<String>>,
}

/// A group of candidate clusters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ClusterAffinityTerm {
    /// Name of the term, unique within the policy.
    #[serde(rename = "affinityName")]
    pub affinity_name: String,
    /// Labels of the clusters.
    #[serde(rename = "labelSelector", default, skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<LabelSelector>,
    /// Properties of the clusters.
    #[serde(rename = "fieldSelector", default, skip_serializing_if = "Option::is_none")]
    pub field_selector: Option<FieldSelector>,
    /// Names of the clusters; empty is every name.
    #[serde(rename = "clusterNames", default, skip_serializing_if = "Option::is_none")]
    pub cluster_names: Option<Vec<String>>,
    /// Clusters that are never meant, whatever the rest says.
    #[serde(rename = "exclude", default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<Vec<String>>,
    /// Tiers used in order when the clusters above lack capacity.
    #[serde(rename = "overflowAffinities", default, skip_serializing_if = "Option::is_none")]
    pub overflow_affinities: Option<Vec<OverflowClusterAffinity>>,
}

/// Spreads over groups of clusters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SpreadConstraint {
    /// What makes a group.
    #[serde(rename = "spreadByField", default, skip_serializing_if = "Option::is_none")]
    pub spread_by_field: Option<String>,
    /// Label of the clusters that makes a group. Not supported by the scheduler.
    #[serde(rename = "spreadByLabel", default, skip_serializing_if = "Option::is_none")]
    pub spread_by_label: Option<String>,
    /// The most groups to use.
    #[serde(rename = "maxGroups", default, skip_serializing_if = "Option::is_none")]
    pub max_groups: Option<i64>,
    /// The fewest groups to use; 1 unless given.
    #[serde(rename = "minGroups", default, skip_serializing_if = "Option::is_none")]
    pub min_groups: Option<i64>,
}

/// Weight of some clusters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StaticWeight {
    /// The clusters.
    #[serde(rename = "targetCluster")]
    pub target_cluster: ClusterAffinity,
    /// Their weight. A cluster takes the largest that is about it.
    #[serde(rename = "weight")]
    pub weight: i64,
}

/// The weights, with Weighted; unset weighs all clusters alike.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WeightPreference {
    /// Weights that are given.
    #[serde(rename = "staticWeightList", default, skip_serializing_if = "Option::is_none")]
    pub static_weight_list: Option<Vec<StaticWeight>>,
    /// Weights that are found. Static weights are ignored then.
    #[serde(rename = "dynamicWeight", default, skip_serializing_if = "Option::is_none")]
    pub dynamic_weight: Option<String>,
}

/// How replicas are spread over the clusters; unset is a full copy in each.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ReplicaScheduling {
    /// Duplicated: every cluster gets all replicas. Divided: they share them.
    #[serde(rename = "replicaSchedulingType", default, skip_serializing_if = "Option::is_none")]
    pub replica_scheduling_type: Option<String>,
    /// With Divided. Aggregated: into as few clusters as can take them. Weighted: by weight.
    #[serde(rename = "replicaDivisionPreference", default, skip_serializing_if = "Option::is_none")]
    pub replica_division_preference: Option<String>,
    /// The weights, with Weighted; unset weighs all clusters alike.
    #[serde(rename = "weightPreference", default, skip_serializing_if = "Option::is_none")]
    pub weight_preference: Option<WeightPreference>,
}

/// Goes where the other workloads of its group are.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AffinityGroup {
    /// Label of the template whose value names the group.
    #[serde(rename = "groupByLabelKey")]
    pub group_by_label_key: String,
}

/// Where other workloads of the namespace are, or are not.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WorkloadAffinity {
    /// Goes where the other workloads of its group are.
    #[serde(rename = "affinity", default, skip_serializing_if = "Option::is_none")]
    pub affinity: Option<AffinityGroup>,
    /// Stays away from the other workloads of its group.
    #[serde(rename = "antiAffinity", default, skip_serializing_if = "Option::is_none")]
    pub anti_affinity: Option<AffinityGroup>,
}

/// Where a template may go.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Placement {
    /// The candidate clusters; unset is all. Excludes clusterAffinities.
    #[serde(rename = "clusterAffinity", default, skip_serializing_if = "Option::is_none")]
    pub cluster_affinity: Option<ClusterAffinity>,
    /// Groups of candidates, of which the first that fits is used.
    #[serde(rename = "clusterAffinities", default, skip_serializing_if = "Option::is_none")]
    pub cluster_affinities: Option<Vec<ClusterAffinityTerm>>,
    /// Taints of clusters that are tolerated.
    #[serde(rename = "clusterTolerations", default, skip_serializing_if = "Option::is_none")]
    pub cluster_tolerations: Option<Vec<Toleration>>,
    /// How to spread over groups of clusters.
    #[serde(rename = "spreadConstraints", default, skip_serializing_if = "Option::is_none")]
    pub spread_constraints: Option<Vec<SpreadConstraint>>,
    /// How replicas are spread over the clusters; unset is a full copy in each.
    #[serde(rename = "replicaScheduling", default, skip_serializing_if = "Option::is_none")]
    pub replica_scheduling: Option<ReplicaScheduling>,
    /// Where other workloads of the namespace are, or are not.
    #[serde(rename = "workloadAffinity", default, skip_serializing_if = "Option::is_none")]
    pub workload_affinity: Option<WorkloadAffinity>,
}

/// Share of one component.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ComponentShare {
    /// Name of the component.
    #[serde(rename = "name")]
    pub name: String,
    /// How many replicas.
    #[serde(rename = "replicas")]
    pub replicas: i32,
}

/// A cluster, and its share.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct TargetCluster {
    /// Name of the cluster.
    #[serde(rename = "name")]
    pub name: String,
    /// How many replicas it gets.
    #[serde(rename = "replicas", default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// How many replicas of each component it gets.
    #[serde(rename = "components", default, skip_serializing_if = "Option::is_none")]
    pub components: Option<Vec<ComponentShare>>,
}

/// The template.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ObjectReference {
    /// Version of the template.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// Kind of the template.
    #[serde(rename = "kind")]
    pub kind: String,
    /// Namespace of the template.
    #[serde(rename = "namespace", default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name of the template.
    #[serde(rename = "name")]
    pub name: String,
    /// UID of the template.
    #[serde(rename = "uid", default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Version of the template this binding is about.
    #[serde(rename = "resourceVersion", default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
}

/// A cluster that is being left.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct GracefulEvictionTask {
    /// The cluster.
    #[serde(rename = "fromCluster")]
    pub from_cluster: String,
    /// How the old copy goes.
    #[serde(rename = "purgeMode", default, skip_serializing_if = "Option::is_none")]
    pub purge_mode: Option<String>,
    /// How many replicas it had.
    #[serde(rename = "replicas", default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Why, in a word.
    #[serde(rename = "reason")]
    pub reason: String,
    /// Why, in a sentence.
    #[serde(rename = "message", default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Who said so.
    #[serde(rename = "producer")]
    pub producer: String,
    /// How long to wait for the new copy. Excludes suppressDeletion.
    #[serde(rename = "gracePeriodSeconds", default, skip_serializing_if = "Option::is_none")]
    pub grace_period_seconds: Option<i32>,
    /// The old copy stays until someone says otherwise.
    #[serde(rename = "suppressDeletion", default, skip_serializing_if = "Option::is_none")]
    pub suppress_deletion: Option<bool>,
    /// Labels for the new copy.
    #[serde(rename = "preservedLabelState", default, skip_serializing_if = "Option::is_none")]
    pub preserved_label_state: Option<BTreeMap<String, String>>,
    /// When the leaving began.
    #[serde(rename = "creationTimestamp", default, skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<String>,
    /// Where the template was before.
    #[serde(rename = "clustersBeforeFailover", default, skip_serializing_if = "Option::is_none")]
    pub clusters_before_failover: Option<Vec<String>>,
}

/// A binding whose template needs this one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct BindingSnapshot {
    /// Namespace of the binding.
    #[serde(rename = "namespace", default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name of the binding.
    #[serde(rename = "name")]
    pub name: String,
    /// Where it is.
    #[serde(rename = "clusters", default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<Vec<TargetCluster>>,
}

/// When it has to move.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FailoverApplicationDecisionConditions {
    /// How long it may be unhealthy.
    #[serde(rename = "tolerationSeconds", default, skip_serializing_if = "Option::is_none")]
    pub toleration_seconds: Option<i32>,
}

/// One label.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FailoverApplicationStatePreservationRule {
    /// Key of the label.
    #[serde(rename = "aliasLabelName")]
    pub alias_label_name: String,
    /// Path of its value in the status that was collected.
    #[serde(rename = "jsonPath")]
    pub json_path: String,
}

/// Status that is handed to the new copy as labels.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FailoverApplicationStatePreservation {
    /// What to hand over.
    #[serde(rename = "rules")]
    pub rules: Vec<FailoverApplicationStatePreservationRule>,
}

/// What happens when the application is unhealthy.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FailoverApplication {
    /// When it has to move.
    #[serde(rename = "decisionConditions")]
    pub decision_conditions: FailoverApplicationDecisionConditions,
    /// How the old copy goes: at once, when the new one is healthy, or never.
    #[serde(rename = "purgeMode", default, skip_serializing_if = "Option::is_none")]
    pub purge_mode: Option<String>,
    /// How long to wait for the new copy, with Gracefully; 600 unless given.
    #[serde(rename = "gracePeriodSeconds", default, skip_serializing_if = "Option::is_none")]
    pub grace_period_seconds: Option<i32>,
    /// Status that is handed to the new copy as labels.
    #[serde(rename = "statePreservation", default, skip_serializing_if = "Option::is_none")]
    pub state_preservation: Option<FailoverApplicationStatePreservation>,
}

/// What happens when a cluster has a NoExecute taint.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FailoverCluster {
    /// How the old copy goes: at once, or when the new one is healthy.
    #[serde(rename = "purgeMode", default, skip_serializing_if = "Option::is_none")]
    pub purge_mode: Option<String>,
    /// Status that is handed to the new copy as labels.
    #[serde(rename = "statePreservation", default, skip_serializing_if = "Option::is_none")]
    pub state_preservation: Option<FailoverApplicationStatePreservation>,
}

/// When and how to move to other clusters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Failover {
    /// What happens when the application is unhealthy.
    #[serde(rename = "application", default, skip_serializing_if = "Option::is_none")]
    pub application: Option<FailoverApplication>,
    /// What happens when a cluster has a NoExecute taint.
    #[serde(rename = "cluster", default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<FailoverCluster>,
}

/// Nothing is written to some members.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SuspensionDispatchingOnClusters {
    /// The clusters.
    #[serde(rename = "clusterNames", default, skip_serializing_if = "Option::is_none")]
    pub cluster_names: Option<Vec<String>>,
}

/// Stops scheduling, or writing to members.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Suspension {
    /// Nothing is written to any member.
    #[serde(rename = "dispatching", default, skip_serializing_if = "Option::is_none")]
    pub dispatching: Option<bool>,
    /// Nothing is written to some members.
    #[serde(rename = "dispatchingOnClusters", default, skip_serializing_if = "Option::is_none")]
    pub dispatching_on_clusters: Option<SuspensionDispatchingOnClusters>,
    /// It is not scheduled.
    #[serde(rename = "scheduling", default, skip_serializing_if = "Option::is_none")]
    pub scheduling: Option<bool>,
}

/// How soon it is scheduled.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SchedulePriority {
    /// The higher goes first.
    #[serde(rename = "priority", default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<i32>,
}

/// Its groups, each as key=value.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WorkloadAffinityGroups {
    /// Workloads it goes with.
    #[serde(rename = "affinityGroup", default, skip_serializing_if = "Option::is_none")]
    pub affinity_group: Option<String>,
    /// Workloads it stays away from.
    #[serde(rename = "antiAffinityGroup", default, skip_serializing_if = "Option::is_none")]
    pub anti_affinity_group: Option<String>,
}

/// The template, and the decision about it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct BindingSpec {
    /// The template.
    #[serde(rename = "resource")]
    pub resource: ObjectReference,
    /// Whether what the template refers to goes with it.
    #[serde(rename = "propagateDeps", default, skip_serializing_if = "Option::is_none")]
    pub propagate_deps: Option<bool>,
    /// What one replica needs.
    #[serde(rename = "replicaRequirements", default, skip_serializing_if = "Option::is_none")]
    pub replica_requirements: Option<ReplicaRequirements>,
    /// How many replicas the template wants in all.
    #[serde(rename = "replicas", default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Its pod templates, when there are several.
    #[serde(rename = "components", default, skip_serializing_if = "Option::is_none")]
    pub components: Option<Vec<Component>>,
    /// Where it goes: what the scheduler decided.
    #[serde(rename = "clusters", default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<Vec<TargetCluster>>,
    /// Where it may go, from the policy.
    #[serde(rename = "placement", default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// Clusters that are being left.
    #[serde(rename = "gracefulEvictionTasks", default, skip_serializing_if = "Option::is_none")]
    pub graceful_eviction_tasks: Option<Vec<GracefulEvictionTask>>,
    /// Bindings whose templates need this one.
    #[serde(rename = "requiredBy", default, skip_serializing_if = "Option::is_none")]
    pub required_by: Option<Vec<BindingSnapshot>>,
    /// Who schedules it.
    #[serde(rename = "schedulerName", default, skip_serializing_if = "Option::is_none")]
    pub scheduler_name: Option<String>,
    /// When and how to move to other clusters.
    #[serde(rename = "failover", default, skip_serializing_if = "Option::is_none")]
    pub failover: Option<Failover>,
    /// What to do when a member already has such an object: Abort leaves it alone, Overwrite takes it over.
    #[serde(rename = "conflictResolution", default, skip_serializing_if = "Option::is_none")]
    pub conflict_resolution: Option<String>,
    /// It is scheduled afresh when this is after status.lastScheduledTime.
    #[serde(rename = "rescheduleTriggeredAt", default, skip_serializing_if = "Option::is_none")]
    pub reschedule_triggered_at: Option<String>,
    /// Stops scheduling, or writing to members.
    #[serde(rename = "suspension", default, skip_serializing_if = "Option::is_none")]
    pub suspension: Option<Suspension>,
    /// Whether members keep their objects when the template is deleted.
    #[serde(rename = "preserveResourcesOnDeletion", default, skip_serializing_if = "Option::is_none")]
    pub preserve_resources_on_deletion: Option<bool>,
    /// How soon it is scheduled.
    #[serde(rename = "schedulePriority", default, skip_serializing_if = "Option::is_none")]
    pub schedule_priority: Option<SchedulePriority>,
    /// Its groups, each as key=value.
    #[serde(rename = "workloadAffinityGroups", default, skip_serializing_if = "Option::is_none")]
    pub workload_affinity_groups: Option<WorkloadAffinityGroups>,
}

/// One aspect of the current state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Condition {
    /// Type of the condition, in CamelCase.
    #[serde(rename = "type")]
    pub r#type: String,
    /// Whether it holds.
    #[serde(rename = "status")]
    pub status: String,
    /// Why, in one CamelCase word for programs.
    #[serde(rename = "reason")]
    pub reason: String,
    /// Why, in words for people.
    #[serde(rename = "message")]
    pub message: String,
    /// When the status last changed.
    #[serde(rename = "lastTransitionTime")]
    pub last_transition_time: String,
    /// Generation of the object this was said about.
    #[serde(rename = "observedGeneration", default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
}

/// What one cluster says.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CollectedStatus {
    /// The cluster.
    #[serde(rename = "clusterName")]
    pub cluster_name: String,
    /// What was collected of the status there.
    #[serde(rename = "status", default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Value>,
    /// Whether the cluster has what it should.
    #[serde(rename = "applied", default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<bool>,
    /// Why it has not.
    #[serde(rename = "appliedMessage", default, skip_serializing_if = "Option::is_none")]
    pub applied_message: Option<String>,
    /// Whether the object does what it is for.
    #[serde(rename = "health", default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

/// What became of the decision.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct BindingStatus {
    /// Generation the scheduler has seen.
    #[serde(rename = "schedulerObservedGeneration", default, skip_serializing_if = "Option::is_none")]
    pub scheduler_observed_generation: Option<i64>,
    /// The term of clusterAffinities in use.
    #[serde(rename = "schedulerObservingAffinityName", default, skip_serializing_if = "Option::is_none")]
    pub scheduler_observing_affinity_name: Option<String>,
    /// When it was last scheduled.
    #[serde(rename = "lastScheduledTime", default, skip_serializing_if = "Option::is_none")]
    pub last_scheduled_time: Option<String>,
    /// Scheduled, FullyApplied.
    #[serde(rename = "conditions", default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Vec<Condition>>,
    /// What each cluster says.
    #[serde(rename = "aggregatedStatus", default, skip_serializing_if = "Option::is_none")]
    pub aggregated_status: Option<Vec<CollectedStatus>>,
}

/// The decision about one template.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Binding {
    /// Version of its kind, such as apps/v1.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// Its kind, such as Deployment.
    #[serde(rename = "kind")]
    pub kind: String,
    /// Name, labels and whatever else every object has.
    #[serde(rename = "metadata")]
    pub metadata: ObjectMeta,
    /// The template, and the decision about it.
    #[serde(rename = "spec")]
    pub spec: BindingSpec,
    /// What became of the decision.
    #[serde(rename = "status", default, skip_serializing_if = "Option::is_none")]
    pub status: Option<BindingStatus>,
}

/// Its name, and what is said of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ClusterMetadata {
    /// Name of the object.
    #[serde(rename = "name")]
    pub name: String,
    /// One object in all of time.
    #[serde(rename = "uid", default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// What it can be selected by.
    #[serde(rename = "labels", default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// Anything else that is said of it.
    #[serde(rename = "annotations", default, skip_serializing_if = "Option::is_none")]
    pub annotations: Option<BTreeMap<String, String>>,
}

/// Keeps away what does not tolerate it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Taint {
    /// Key of the taint.
    #[serde(rename = "key")]
    pub key: String,
    /// Value of the taint.
    #[serde(rename = "value", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What happens to what does not tolerate it.
    #[serde(rename = "effect")]
    pub effect: String,
    /// When the taint was added; set by the server for NoExecute.
    #[serde(rename = "timeAdded", default, skip_serializing_if = "Option::is_none")]
    pub time_added: Option<String>,
}

/// The range of one resource.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ResourceRange {
    /// Name of the resource.
    #[serde(rename = "name")]
    pub name: String,
    /// At least so much.
    #[serde(rename = "min")]
    pub min: Value,
    /// Less than so much.
    #[serde(rename = "max")]
    pub max: Value,
}

/// A size of node.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ResourceModel {
    /// Number of the size, from small to large.
    #[serde(rename = "grade")]
    pub grade: i64,
    /// What nodes of this size have.
    #[serde(rename = "ranges")]
    pub ranges: Vec<ResourceRange>,
}

/// What it is like.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ClusterSpec {
    /// Push: the control plane writes to it. Pull: its own agent fetches.
    #[serde(rename = "syncMode")]
    pub sync_mode: String,
    /// Who runs it.
    #[serde(rename = "provider", default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Region it is in.
    #[serde(rename = "region", default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Deprecated: zones.
    #[serde(rename = "zone", default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Zones it is in.
    #[serde(rename = "zones", default, skip_serializing_if = "Option::is_none")]
    pub zones: Option<Vec<String>>,
    /// Keep away what does not tolerate them.
    #[serde(rename = "taints", default, skip_serializing_if = "Option::is_none")]
    pub taints: Option<Vec<Taint>>,
    /// Sizes of its nodes, for estimates; there are nine by default.
    #[serde(rename = "resourceModels", default, skip_serializing_if = "Option::is_none")]
    pub resource_models: Option<Vec<ResourceModel>>,
}

/// Its nodes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct NodeSummary {
    /// How many there are.
    #[serde(rename = "totalNum", default, skip_serializing_if = "Option::is_none")]
    pub total_num: Option<i32>,
    /// How many are ready.
    #[serde(rename = "readyNum", default, skip_serializing_if = "Option::is_none")]
    pub ready_num: Option<i32>,
}

/// Nodes of one size.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ModeledNodes {
    /// The size.
    #[serde(rename = "grade")]
    pub grade: i64,
    /// How many.
    #[serde(rename = "count")]
    pub count: i64,
}

/// What its nodes have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ResourceSummary {
    /// In all.
    #[serde(rename = "allocatable", default, skip_serializing_if = "Option::is_none")]
    pub allocatable: Option<BTreeMap<String, Value>>,
    /// Asked for by pods that have no node yet.
    #[serde(rename = "allocating", default, skip_serializing_if = "Option::is_none")]
    pub allocating: Option<BTreeMap<String, Value>>,
    /// Asked for by pods that have one.
    #[serde(rename = "allocated", default, skip_serializing_if = "Option::is_none")]
    pub allocated: Option<BTreeMap<String, Value>>,
    /// How many nodes there are of each size.
    #[serde(rename = "allocatableModelings", default, skip_serializing_if = "Option::is_none")]
    pub allocatable_modelings: Option<Vec<ModeledNodes>>,
}

/// What was last seen of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ClusterStatus {
    /// Version of its API server.
    #[serde(rename = "kubernetesVersion", default, skip_serializing_if = "Option::is_none")]
    pub kubernetes_version: Option<String>,
    /// Ready, CompleteAPIEnablements, ServiceDomainNameResolutionReady.
    #[serde(rename = "conditions", default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Vec<Condition>>,
    /// Its nodes.
    #[serde(rename = "nodeSummary", default, skip_serializing_if = "Option::is_none")]
    pub node_summary: Option<NodeSummary>,
    /// What its nodes have.
    #[serde(rename = "resourceSummary", default, skip_serializing_if = "Option::is_none")]
    pub resource_summary: Option<ResourceSummary>,
}

/// A member cluster: what it is like, not how it is reached.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Cluster {
    /// Version of its kind, such as apps/v1.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// Its kind, such as Deployment.
    #[serde(rename = "kind")]
    pub kind: String,
    /// Its name, and what is said of it.
    #[serde(rename = "metadata")]
    pub metadata: ClusterMetadata,
    /// What it is like.
    #[serde(rename = "spec")]
    pub spec: ClusterSpec,
    /// What was last seen of it.
    #[serde(rename = "status")]
    pub status: ClusterStatus,
}

/// A binding, and the clusters in question.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Candidates {
    /// Which question it is.
    #[serde(rename = "point")]
    pub point: String,
    /// The decision about one template.
    #[serde(rename = "binding")]
    pub binding: Binding,
    /// Where it may go.
    #[serde(rename = "placement")]
    pub placement: Placement,
    /// Name of the term of clusterAffinities that is being tried, where there are some.
    #[serde(rename = "affinityName", default, skip_serializing_if = "Option::is_none")]
    pub affinity_name: Option<String>,
    /// The clusters. One that is not in the answer is one without an opinion.
    #[serde(rename = "clusters")]
    pub clusters: Vec<Cluster>,
}

/// Why a cluster cannot take a binding.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Refusal {
    /// Why, in words its operator can act on.
    #[serde(rename = "reason")]
    pub reason: String,
    /// Whether the answer may change without a change anyone can see.
    #[serde(rename = "resolvable")]
    pub resolvable: bool,
    /// What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster.
    #[serde(rename = "resolvedBy", default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<Vec<String>>,
}

/// Why, for each cluster that cannot take the binding.
pub type Refusals = BTreeMap<String, Refusal>;

/// A score for each cluster; the more, the better.
pub type Scores = BTreeMap<String, f64>;

/// How many more replicas each cluster could take.
pub type Estimates = BTreeMap<String, i32>;

/// A cluster that passed every filter.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Feasible {
    /// A member cluster: what it is like, not how it is reached.
    #[serde(rename = "cluster")]
    pub cluster: Cluster,
    /// The sum of its scores.
    #[serde(rename = "score")]
    pub score: f64,
    /// Replicas it could take beyond those it has; unset: nobody could say.
    #[serde(rename = "estimate", default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<i32>,
    /// Replicas of this binding it has now.
    #[serde(rename = "assigned")]
    pub assigned: i32,
    /// 0: the term's own affinity; i + 1: its i-th overflow affinity.
    #[serde(rename = "overflow")]
    pub overflow: i64,
}

/// A binding, and the clusters that passed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Feasibility {
    /// Which question it is.
    #[serde(rename = "point")]
    pub point: String,
    /// The decision about one template.
    #[serde(rename = "binding")]
    pub binding: Binding,
    /// Where it may go.
    #[serde(rename = "placement")]
    pub placement: Placement,
    /// Clusters that passed, the best first.
    #[serde(rename = "clusters")]
    pub clusters: Vec<Feasible>,
    /// Whether a full reschedule was asked for: what is assigned now does not bind.
    #[serde(rename = "fresh")]
    pub fresh: bool,
}

/// The clusters to use, or why there are too few.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Selection {
    /// Names of the clusters to use.
    #[serde(rename = "clusters", default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<Vec<String>>,
    /// Why there are too few, in words a user can act on.
    #[serde(rename = "unfit", default, skip_serializing_if = "Option::is_none")]
    pub unfit: Option<String>,
    /// What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster.
    #[serde(rename = "resolvedBy", default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<Vec<String>>,
}

/// A cluster and its weight.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AssignmentWeight {
    /// Name of the cluster.
    #[serde(rename = "name")]
    pub name: String,
    /// Its weight.
    #[serde(rename = "weight")]
    pub weight: f64,
}

/// Who gets how many, or why it does not work out.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Assignment {
    /// The clusters, and their shares.
    #[serde(rename = "targets", default, skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<TargetCluster>>,
    /// What replicas were given in proportion to, for who asks why.
    #[serde(rename = "weights", default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Vec<AssignmentWeight>>,
    /// Why it does not work out, in words a user can act on.
    #[serde(rename = "unschedulable", default, skip_serializing_if = "Option::is_none")]
    pub unschedulable: Option<String>,
    /// What has the binding tried again; none: nothing but an edit or a new cluster. By default any change of a cluster.
    #[serde(rename = "resolvedBy", default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<Vec<String>>,
}

/// Which image; unset is the images of all containers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ImageOverriderPredicate {
    /// JSON pointer to the image.
    #[serde(rename = "path")]
    pub path: String,
}

/// Changes images.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ImageOverrider {
    /// Which image; unset is the images of all containers.
    #[serde(rename = "predicate", default, skip_serializing_if = "Option::is_none")]
    pub predicate: Option<ImageOverriderPredicate>,
    /// Part of the image.
    #[serde(rename = "component")]
    pub component: String,
    /// What to do with the value.
    #[serde(rename = "operator")]
    pub operator: String,
    /// Needed to add and to replace.
    #[serde(rename = "value", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Instead of the value: an expression (CEL) of a text, about cluster, object and value.
    #[serde(rename = "cel", default, skip_serializing_if = "Option::is_none")]
    pub cel: Option<String>,
}

/// Changes the command of a container.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CommandOverrider {
    /// Name of the container.
    #[serde(rename = "containerName")]
    pub container_name: String,
    /// What to do with the value.
    #[serde(rename = "operator")]
    pub operator: String,
    /// What is added or removed.
    #[serde(rename = "value", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Vec<String>>,
    /// Instead of the value: an expression (CEL) of a list of texts, about cluster, object and value.
    #[serde(rename = "cel", default, skip_serializing_if = "Option::is_none")]
    pub cel: Option<String>,
}

/// Changes labels.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct MapOverrider {
    /// What to do with the value.
    #[serde(rename = "operator")]
    pub operator: String,
    /// Keys and values. Only keys that are there are removed or replaced.
    #[serde(rename = "value", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<BTreeMap<String, String>>,
    /// Instead of the value: an expression (CEL) of a map of texts, about cluster, object and value.
    #[serde(rename = "cel", default, skip_serializing_if = "Option::is_none")]
    pub cel: Option<String>,
}

/// A change inside the document.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct EmbeddedPatch {
    /// JSON pointer inside the document.
    #[serde(rename = "subPath")]
    pub sub_path: String,
    /// What to do with the value.
    #[serde(rename = "operator")]
    pub operator: String,
    /// Needed to add and to replace.
    #[serde(rename = "value", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Instead of the value: an expression (CEL) of any value, about cluster, object and value.
    #[serde(rename = "cel", default, skip_serializing_if = "Option::is_none")]
    pub cel: Option<String>,
}

/// Changes a document inside a text.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FieldOverrider {
    /// JSON pointer to the text.
    #[serde(rename = "fieldPath")]
    pub field_path: String,
    /// Changes of a JSON document. Excludes yaml.
    #[serde(rename = "json", default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Vec<EmbeddedPatch>>,
    /// Changes of a YAML document. Excludes json.
    #[serde(rename = "yaml", default, skip_serializing_if = "Option::is_none")]
    pub yaml: Option<Vec<EmbeddedPatch>>,
}

/// Changes any field.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PlaintextOverrider {
    /// JSON pointer to the field.
    #[serde(rename = "path")]
    pub path: String,
    /// What to do with the value.
    #[serde(rename = "operator")]
    pub operator: String,
    /// Needed to add and to replace.
    #[serde(rename = "value", default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Instead of the value: an expression (CEL) of any value, about cluster, object and value.
    #[serde(rename = "cel", default, skip_serializing_if = "Option::is_none")]
    pub cel: Option<String>,
}

/// What is different, applied in the order given here.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Overriders {
    /// Changes of images, first.
    #[serde(rename = "imageOverrider", default, skip_serializing_if = "Option::is_none")]
    pub image_overrider: Option<Vec<ImageOverrider>>,
    /// Changes of commands, second.
    #[serde(rename = "commandOverrider", default, skip_serializing_if = "Option::is_none")]
    pub command_overrider: Option<Vec<CommandOverrider>>,
    /// Changes of arguments, third.
    #[serde(rename = "argsOverrider", default, skip_serializing_if = "Option::is_none")]
    pub args_overrider: Option<Vec<CommandOverrider>>,
    /// Changes of labels, fourth.
    #[serde(rename = "labelsOverrider", default, skip_serializing_if = "Option::is_none")]
    pub labels_overrider: Option<Vec<MapOverrider>>,
    /// Changes of annotations, fifth.
    #[serde(rename = "annotationsOverrider", default, skip_serializing_if = "Option::is_none")]
    pub annotations_overrider: Option<Vec<MapOverrider>>,
    /// Changes of documents inside texts, sixth.
    #[serde(rename = "fieldOverrider", default, skip_serializing_if = "Option::is_none")]
    pub field_overrider: Option<Vec<FieldOverrider>>,
    /// Changes of any field, last.
    #[serde(rename = "plaintext", default, skip_serializing_if = "Option::is_none")]
    pub plaintext: Option<Vec<PlaintextOverrider>>,
}

/// One rule of one override policy that is about a cluster.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Override {
    /// Any Kubernetes object.
    #[serde(rename = "manifest")]
    pub manifest: Manifest,
    /// A member cluster: what it is like, not how it is reached.
    #[serde(rename = "cluster")]
    pub cluster: Cluster,
    /// What is different, applied in the order given here.
    #[serde(rename = "overriders")]
    pub overriders: Overriders,
}

/// Where an object is inside its kind.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Key {
    /// Its namespace, unless its kind has none.
    #[serde(rename = "namespace", default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    #[serde(rename = "name")]
    pub name: String,
}

/// Someone wants to write.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Admission {
    /// What is done.
    #[serde(rename = "operation")]
    pub operation: String,
    /// Where an object is inside its kind.
    #[serde(rename = "key")]
    pub key: Key,
    /// Any Kubernetes object.
    #[serde(rename = "manifest")]
    pub manifest: Manifest,
    /// Any Kubernetes object.
    #[serde(rename = "before", default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Manifest>,
    /// Who it is.
    #[serde(rename = "user")]
    pub user: String,
    /// Whether nothing is written in the end.
    #[serde(rename = "dryRun")]
    pub dry_run: bool,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Cause {
    /// Why, in a word: FieldValueInvalid, FieldValueRequired, ...
    #[serde(rename = "reason")]
    pub reason: String,
    /// Why, in a sentence.
    #[serde(rename = "message")]
    pub message: String,
    /// Path of the field: spec.replicas.
    #[serde(rename = "field", default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// Why not.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Denial {
    /// Why, in words the user can act on.
    #[serde(rename = "message")]
    pub message: String,
    /// HTTP status; by default 403.
    #[serde(rename = "code", default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// In a word: Forbidden by default; Invalid, QuotaExceeded, ...
    #[serde(rename = "reason", default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is wrong, field by field.
    #[serde(rename = "causes", default, skip_serializing_if = "Option::is_none")]
    pub causes: Option<Vec<Cause>>,
}
