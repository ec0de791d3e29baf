/**
 * The protocol between schedulers and estimators, as Karmada speaks it: names and numbers are what makes the two understand
 * each other. Before v1.18 it had messages where it has bytes now, under other numbers: on the wire a message is its bytes,
 * so those fields are read and written as bytes, too.
 */
export const protocol = `
syntax = "proto3";
package github.com.karmada_io.karmada.pkg.estimator.pb;

message NodeClaim {
  bytes nodeAffinity = 1;
  map<string, string> nodeSelector = 2;
  repeated bytes tolerations = 3;
  bytes nodeAffinityBytes = 4;
  repeated bytes tolerationsBytes = 5;
}

message ReplicaRequirements {
  optional NodeClaim nodeClaim = 1;
  map<string, bytes> resourceRequest = 2;
  string namespace = 3;
  string priorityClassName = 4;
  map<string, bytes> resourceRequestBytes = 5;
}

message ComponentReplicaRequirements {
  optional NodeClaim nodeClaim = 1;
  map<string, bytes> resourceRequest = 2;
  string priorityClassName = 3;
  map<string, bytes> resourceRequestBytes = 4;
}

message Component {
  string name = 1;
  ComponentReplicaRequirements replicaRequirements = 2;
  int32 replicas = 3;
}

message AssumedWorkload {
  string namespace = 1;
  repeated Component components = 2;
}

message ObjectReference {
  string apiVersion = 1;
  string kind = 2;
  string namespace = 3;
  string name = 4;
}

message MaxAvailableReplicasRequest {
  string cluster = 1;
  ReplicaRequirements replicaRequirements = 2;
  repeated AssumedWorkload assumedWorkloads = 3;
}

message MaxAvailableReplicasResponse {
  int32 maxReplicas = 1;
}

message MaxAvailableComponentSetsRequest {
  string cluster = 1;
  repeated Component components = 2;
  string namespace = 3;
  repeated AssumedWorkload assumedWorkloads = 4;
}

message MaxAvailableComponentSetsResponse {
  int32 maxSets = 1;
}

message UnschedulableReplicasRequest {
  string cluster = 1;
  ObjectReference resource = 2;
  int64 unschedulableThreshold = 3;
}

message UnschedulableReplicasResponse {
  int32 unschedulableReplicas = 1;
}
`

/** What travels inside the bytes: Kubernetes' own messages, in its older language, where every text is written, even an empty one. */
export const payloads = `
syntax = "proto2";
package k8s.io;

message Quantity {
  optional string string = 1;
}

message NodeSelectorRequirement {
  optional string key = 1;
  optional string operator = 2;
  repeated string values = 3;
}

message NodeSelectorTerm {
  repeated NodeSelectorRequirement matchExpressions = 1;
  repeated NodeSelectorRequirement matchFields = 2;
}

message NodeSelector {
  repeated NodeSelectorTerm nodeSelectorTerms = 1;
}

message Toleration {
  optional string key = 1;
  optional string operator = 2;
  optional string value = 3;
  optional string effect = 4;
  optional int64 tolerationSeconds = 5;
}
`
