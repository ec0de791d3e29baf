/**
 * What the client package does not say of the types and Kubernetes' documents do: how lists and maps merge, which texts
 * are amounts, what is allowed, and what is the default. By model, then by field.
 */

export type Annotation = Readonly<Record<string, unknown>>
type Annotations = Readonly<Record<string, Readonly<Record<string, Annotation>>>>

/** A list whose items merge by their keys; strategic merges know one key only. */
const map = (key: string, ...more: readonly string[]): Annotation => ({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': [key, ...more],
  'x-kubernetes-patch-merge-key': key,
  'x-kubernetes-patch-strategy': 'merge',
})

/** The same where a merge drops the fields of an item that the patch does not keep. */
const retaining = (key: string): Annotation => ({ ...map(key), 'x-kubernetes-patch-strategy': 'merge,retainKeys' })

/** A list that only strategic merges take apart. */
const patchedBy = (key: string): Annotation => ({
  'x-kubernetes-list-type': 'atomic',
  'x-kubernetes-patch-merge-key': key,
  'x-kubernetes-patch-strategy': 'merge',
})

const set: Annotation = { 'x-kubernetes-list-type': 'set' }
const patchedSet: Annotation = { ...set, 'x-kubernetes-patch-strategy': 'merge' }
const atomicMap: Annotation = { 'x-kubernetes-map-type': 'atomic' }
const conditions = { conditions: map('type') }

const containerLists = {
  ports: map('containerPort', 'protocol'),
  env: map('name'),
  volumeMounts: map('mountPath'),
  volumeDevices: map('devicePath'),
}

/** How lists and maps merge. Lists that are not here are replaced as a whole. */
export const merging: Annotations = {
  V1APIServiceStatus: conditions,
  V1CSIDriverSpec: { volumeLifecycleModes: set },
  V1CSINodeSpec: { drivers: map('name') },
  V1Container: containerLists,
  V1EphemeralContainer: containerLists,
  V1ResourceRequirements: { claims: map('name') },
  V1ContainerStatus: { volumeMounts: map('mountPath'), allocatedResourcesStatus: map('name') },
  V1PodSpec: {
    volumes: retaining('name'),
    containers: map('name'),
    initContainers: map('name'),
    ephemeralContainers: map('name'),
    imagePullSecrets: map('name'),
    hostAliases: map('ip'),
    topologySpreadConstraints: map('topologyKey', 'whenUnsatisfiable'),
    schedulingGates: map('name'),
    resourceClaims: retaining('name'),
    nodeSelector: atomicMap,
  },
  V1PodStatus: {
    ...conditions,
    podIPs: map('ip'),
    hostIPs: patchedBy('ip'),
    resourceClaimStatuses: retaining('name'),
  },
  V1ReplicationControllerSpec: { selector: atomicMap },
  V1ReplicationControllerStatus: conditions,
  V1ServiceSpec: { ports: map('port', 'protocol'), selector: atomicMap },
  V1ServiceStatus: conditions,
  V1ServiceAccount: { secrets: map('name') },
  V1NodeSpec: { podCIDRs: patchedSet },
  V1NodeStatus: { ...conditions, addresses: map('type') },
  V1NamespaceStatus: conditions,
  V1PersistentVolumeClaimStatus: conditions,
  V1ObjectMeta: { ownerReferences: map('uid'), finalizers: patchedSet },
  V1DeploymentSpec: { strategy: { 'x-kubernetes-patch-strategy': 'retainKeys' } },
  V1DeploymentStatus: conditions,
  V1ReplicaSetStatus: conditions,
  V1StatefulSetStatus: conditions,
  V1DaemonSetStatus: conditions,
  V1JobStatus: { conditions: patchedBy('type') },
  V1UncountedTerminatedPods: { succeeded: set, failed: set },
  V1PodFailurePolicyOnExitCodesRequirement: { values: set },
  V1PodDisruptionBudgetSpec: { selector: { 'x-kubernetes-patch-strategy': 'replace' } },
  V1PodDisruptionBudgetStatus: conditions,
  V2HorizontalPodAutoscalerStatus: conditions,
  V1Endpoint: { addresses: set },
  V1MutatingWebhookConfiguration: { webhooks: map('name') },
  V1ValidatingWebhookConfiguration: { webhooks: map('name') },
  V1MutatingWebhook: { matchConditions: map('name') },
  V1ValidatingWebhook: { matchConditions: map('name') },
  V1ValidatingAdmissionPolicySpec: { matchConditions: map('name'), variables: map('name') },
  V1MutatingAdmissionPolicySpec: { matchConditions: map('name'), variables: map('name') },
  V1CustomResourceDefinitionStatus: conditions,
  V1JSONSchemaProps: { 'x-kubernetes-validations': map('rule') },
}

/** Types whose objects have one owner and are replaced as a whole. */
export const atomicTypes: ReadonlySet<string> = new Set([
  'CoreV1EndpointPort',
  'DiscoveryV1EndpointPort',
  'RbacV1Subject',
  'V1ConfigMapKeySelector',
  'V1EndpointAddress',
  'V1FileKeySelector',
  'V1LabelSelector',
  'V1LocalObjectReference',
  'V1NodeSelector',
  'V1NodeSelectorTerm',
  'V1ObjectFieldSelector',
  'V1ObjectReference',
  'V1OwnerReference',
  'V1ResourceFieldSelector',
  'V1RoleRef',
  'V1ScopeSelector',
  'V1SecretKeySelector',
  'V1SecretReference',
  'V1ServiceBackendPort',
  'V1TopologySelectorTerm',
  'V1TypedLocalObjectReference',
])

/** Fields, or the values of maps, that are amounts. */
export const quantities: Readonly<Record<string, readonly string[]>> = {
  V1CSIStorageCapacity: ['capacity', 'maximumVolumeSize'],
  V1ContainerStatus: ['allocatedResources'],
  V1EmptyDirVolumeSource: ['sizeLimit'],
  V1LimitRangeItem: ['default', 'defaultRequest', 'max', 'maxLimitRequestRatio', 'min'],
  V1NodeStatus: ['allocatable', 'capacity'],
  V1PersistentVolumeClaimStatus: ['allocatedResources', 'capacity'],
  V1PersistentVolumeSpec: ['capacity'],
  V1Overhead: ['podFixed'],
  V1PodSpec: ['overhead'],
  V1PodStatus: ['allocatedResources'],
  V1ResourceFieldSelector: ['divisor'],
  V1ResourceQuotaSpec: ['hard'],
  V1ResourceQuotaStatus: ['hard', 'used'],
  V1ResourceRequirements: ['limits', 'requests'],
  V1VolumeResourceRequirements: ['limits', 'requests'],
  V2HPAScalingRules: ['tolerance'],
  V2MetricTarget: ['averageValue', 'value'],
  V2MetricValueStatus: ['averageValue', 'value'],
}

const protocol = { protocol: ['SCTP', 'TCP', 'UDP'] }
const pullPolicy = ['Always', 'IfNotPresent', 'Never']
const taintEffect = { effect: ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] }
const webhook = {
  failurePolicy: ['Fail', 'Ignore'],
  matchPolicy: ['Equivalent', 'Exact'],
  sideEffects: ['None', 'NoneOnDryRun', 'Some', 'Unknown'],
}
const profileType = { type: ['Localhost', 'RuntimeDefault', 'Unconfined'] }
const volumeMode = ['Block', 'Filesystem']
const containerEnums = {
  imagePullPolicy: pullPolicy,
  terminationMessagePolicy: ['File', 'FallbackToLogsOnError'],
  restartPolicy: ['Always', 'Never', 'OnFailure'],
}

/** What a text, or each item of a list of texts, may be, in the order in which Kubernetes says it. */
export const enums: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  V1AppArmorProfile: profileType,
  V1CSIDriverSpec: {
    fsGroupPolicy: ['File', 'None', 'ReadWriteOnceWithFSType'],
  },
  V1Container: containerEnums,
  V1ContainerPort: protocol,
  V1ContainerResizePolicy: { restartPolicy: ['NotRequired', 'RestartContainer'] },
  V1CronJobSpec: { concurrencyPolicy: ['Allow', 'Forbid', 'Replace'] },
  V1CustomResourceConversion: { strategy: ['None', 'Webhook'] },
  V1CustomResourceDefinitionSpec: { scope: ['Cluster', 'Namespaced'] },
  V1EndpointSlice: { addressType: ['FQDN', 'IPv4', 'IPv6'] },
  CoreV1EndpointPort: protocol,
  DiscoveryV1EndpointPort: protocol,
  V1EphemeralContainer: containerEnums,
  V1HTTPGetAction: { scheme: ['HTTP', 'HTTPS'] },
  V1HTTPIngressPath: { pathType: ['Exact', 'ImplementationSpecific', 'Prefix'] },
  V1IngressClassParametersReference: { scope: ['Cluster', 'Namespace'] },
  V1JobSpec: { completionMode: ['NonIndexed', 'Indexed'], podReplacementPolicy: ['Failed', 'TerminatingOrFailed'] },
  V1MutatingWebhook: { ...webhook, reinvocationPolicy: ['IfNeeded', 'Never'] },
  V1NetworkPolicyPort: { protocol: ['TCP', 'UDP', 'SCTP'] },
  V1NetworkPolicySpec: { policyTypes: ['Ingress', 'Egress'] },
  V1PersistentVolumeClaimSpec: { volumeMode },
  V1PersistentVolumeSpec: {
    volumeMode,
    persistentVolumeReclaimPolicy: ['Delete', 'Recycle', 'Retain'],
  },
  V1PodDisruptionBudgetSpec: { unhealthyPodEvictionPolicy: ['AlwaysAllow', 'IfHealthyBudget'] },
  V1PodFailurePolicyRule: { action: ['Count', 'FailIndex', 'FailJob', 'Ignore'] },
  V1PodFailurePolicyOnExitCodesRequirement: { operator: ['In', 'NotIn'] },
  V1PodOS: { name: ['linux', 'windows'] },
  V1PodSecurityContext: { fsGroupChangePolicy: ['Always', 'OnRootMismatch'] },
  V1PodSpec: {
    dnsPolicy: ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'],
    preemptionPolicy: ['Never', 'PreemptLowerPriority'],
    restartPolicy: ['Always', 'OnFailure', 'Never'],
  },
  V1PriorityClass: { preemptionPolicy: ['PreemptLowerPriority', 'Never'] },
  V1RuleWithOperations: {
    operations: ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'],
    scope: ['*', 'Cluster', 'Namespaced'],
  },
  V1SeccompProfile: profileType,
  V1SecurityContext: { procMount: ['Default', 'Unmasked'] },
  V1ServicePort: protocol,
  V1ServiceSpec: {
    externalTrafficPolicy: ['Cluster', 'Local'],
    internalTrafficPolicy: ['Cluster', 'Local'],
    ipFamilies: ['IPv4', 'IPv6'],
    ipFamilyPolicy: ['PreferDualStack', 'RequireDualStack', 'SingleStack'],
    sessionAffinity: ['ClientIP', 'None'],
    trafficDistribution: ['PreferClose', 'PreferSameZone', 'PreferSameNode'],
    type: ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'],
  },
  V1StatefulSetPersistentVolumeClaimRetentionPolicy: {
    whenDeleted: ['Retain', 'Delete'],
    whenScaled: ['Retain', 'Delete'],
  },
  V1StorageClass: {
    reclaimPolicy: ['Delete', 'Retain'],
    volumeBindingMode: ['Immediate', 'WaitForFirstConsumer'],
  },
  V1Toleration: taintEffect,
  V1TopologySpreadConstraint: {
    nodeAffinityPolicy: ['Honor', 'Ignore'],
    nodeTaintsPolicy: ['Honor', 'Ignore'],
    whenUnsatisfiable: ['DoNotSchedule', 'ScheduleAnyway'],
  },
  V1ValidatingWebhook: webhook,
  V1VolumeMount: {
    mountPropagation: ['Bidirectional', 'HostToContainer', 'None'],
    recursiveReadOnly: ['Disabled', 'Enabled', 'IfPossible'],
  },
  V2HPAScalingPolicy: { type: ['Percent', 'Pods'] },
  V2HPAScalingRules: { selectPolicy: ['Disabled', 'Max', 'Min'] },
  V2MetricSpec: { type: ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'] },
}

const tcp = { protocol: 'TCP' }
const fileMode = { defaultMode: 0o644 }
const containerDefaults = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  resources: {},
}
const status = { status: {} }
const metadata = { metadata: {} }
const webhookDefaults = {
  failurePolicy: 'Fail',
  matchPolicy: 'Equivalent',
  namespaceSelector: {},
  objectSelector: {},
  timeoutSeconds: 10,
}

/** What a field is when it is missing, wherever its type is used. Defaults that depend on something are the kinds' own. */
export const defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  AdmissionregistrationV1ServiceReference: { port: 443 },
  ApiextensionsV1ServiceReference: { port: 443 },
  CoreV1EndpointPort: tcp,
  DiscoveryV1EndpointPort: { name: '', ...tcp },
  V1AzureDiskVolumeSource: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' },
  V1CSIDriverSpec: {
    attachRequired: true,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    podInfoOnMount: false,
    requiresRepublish: false,
    seLinuxMount: false,
    storageCapacity: false,
    volumeLifecycleModes: ['Persistent'],
  },
  V1ConfigMapVolumeSource: fileMode,
  V1Container: containerDefaults,
  V1ContainerPort: tcp,
  V1CronJobSpec: {
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  },
  V1CustomResourceDefinitionSpec: { conversion: { strategy: 'None' } },
  V1DaemonSet: status,
  V1DaemonSetSpec: { revisionHistoryLimit: 10, updateStrategy: {} },
  V1DaemonSetUpdateStrategy: { type: 'RollingUpdate' },
  V1CronJob: status,
  V1Endpoint: { conditions: {} },
  V1JobTemplateSpec: metadata,
  V1Namespace: { spec: {}, ...status },
  V1Node: { spec: {}, ...status },
  V1NodeStatus: { daemonEndpoints: { kubeletEndpoint: { Port: 0 } }, nodeInfo: {} },
  V1PersistentVolume: status,
  V1Pod: status,
  V1PodFailurePolicyOnPodConditionsPattern: { status: 'True' },
  V1PodTemplateSpec: metadata,
  V1PersistentVolumeClaimTemplate: metadata,
  V1ResourceQuota: { spec: {}, ...status },
  V1Deployment: status,
  V1HorizontalPodAutoscaler: status,
  V2HorizontalPodAutoscaler: status,
  V2HorizontalPodAutoscalerStatus: { desiredReplicas: 0 },
  V1HorizontalPodAutoscalerStatus: { currentReplicas: 0, desiredReplicas: 0 },
  V1IPAddress: { spec: {} },
  V1Ingress: { spec: {}, ...status },
  V1IngressClass: { spec: {} },
  V1NetworkPolicy: { spec: {} },
  V1ServiceCIDR: { spec: {}, ...status },
  V1IngressStatus: { loadBalancer: {} },
  V1Job: status,
  V1PersistentVolumeClaim: status,
  V1PodDisruptionBudget: { spec: {}, ...status },
  V1PodDisruptionBudgetStatus: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  V1ReplicaSet: status,
  V1ReplicationController: status,
  V1Service: status,
  V1ServiceStatus: { loadBalancer: {} },
  V1StatefulSet: status,
  V1StatefulSetStatus: { availableReplicas: 0 },
  V1DeploymentSpec: { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {} },
  V1DeploymentStrategy: { type: 'RollingUpdate' },
  V1DownwardAPIVolumeSource: fileMode,
  CoreV1Event: { source: {}, reportingComponent: '', reportingInstance: '' },
  V1EphemeralContainer: containerDefaults,
  V1GRPCAction: { service: '' },
  V1HTTPGetAction: { path: '/', scheme: 'HTTP' },
  V1HostPathVolumeSource: { type: '' },
  V1ISCSIPersistentVolumeSource: { iscsiInterface: 'default' },
  V1ISCSIVolumeSource: { iscsiInterface: 'default' },
  V1IngressClassParametersReference: { scope: 'Cluster' },
  V1MatchResources: { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
  V1MutatingWebhook: { ...webhookDefaults, reinvocationPolicy: 'Never' },
  V1NamedRuleWithOperations: { scope: '*' },
  V1NetworkPolicyPort: tcp,
  V1NetworkPolicySpec: { podSelector: {} },
  V1ObjectFieldSelector: { apiVersion: 'v1' },
  V1PersistentVolumeClaimSpec: { resources: {}, volumeMode: 'Filesystem' },
  V1PersistentVolumeSpec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
  V1PodSpec: {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  },
  V1Lease: { spec: {} },
  V1PriorityClass: { preemptionPolicy: 'PreemptLowerPriority', value: 0 },
  V1Probe: { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 },
  V1ProjectedVolumeSource: fileMode,
  V1RBDPersistentVolumeSource: { keyring: '/etc/ceph/keyring', pool: 'rbd', user: 'admin' },
  V1RBDVolumeSource: { keyring: '/etc/ceph/keyring', pool: 'rbd', user: 'admin' },
  V1ReplicaSetSpec: { replicas: 1 },
  V1ReplicationControllerSpec: { replicas: 1 },
  V1ResourceFieldSelector: { divisor: '0' },
  V1RoleRef: { apiGroup: 'rbac.authorization.k8s.io' },
  V1RuleWithOperations: { scope: '*' },
  V1ScaleIOPersistentVolumeSource: { fsType: 'xfs', storageMode: 'ThinProvisioned' },
  V1ScaleIOVolumeSource: { fsType: 'xfs', storageMode: 'ThinProvisioned' },
  V1Secret: { type: 'Opaque' },
  V1SecretVolumeSource: fileMode,
  V1ServiceAccountTokenProjection: { expirationSeconds: 3600 },
  V1ServicePort: tcp,
  V1ServiceSpec: { sessionAffinity: 'None', type: 'ClusterIP' },
  V1StatefulSetPersistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
  V1StatefulSetSpec: {
    persistentVolumeClaimRetentionPolicy: {},
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    serviceName: '',
    updateStrategy: {},
  },
  V1StatefulSetUpdateStrategy: { type: 'RollingUpdate' },
  V1StorageClass: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  V1ValidatingAdmissionPolicySpec: { failurePolicy: 'Fail' },
  V1MutatingAdmissionPolicySpec: { failurePolicy: 'Fail' },
  V1ValidatingWebhook: webhookDefaults,
  V1HorizontalPodAutoscalerSpec: { minReplicas: 1 },
  V2HorizontalPodAutoscalerSpec: { minReplicas: 1 },
}

/**
 * Fields the client package calls required and Kubernetes lets be missing. All others that are required are there with nothing
 * in them when they are not said.
 */
export const notRequired: Readonly<Record<string, readonly string[]>> = {
  V1APIServiceSpec: ['groupPriorityMinimum', 'versionPriority'],
  EventsV1Event: ['eventTime'],
  V1HTTPIngressPath: ['pathType'],
  V2MetricSpec: ['type'],
  V1IPAddressSpec: ['parentRef'],
  V1DaemonSetSpec: ['selector'],
  V1DeploymentSpec: ['selector'],
  V1ReplicaSetSpec: ['selector'],
  V1PodFailurePolicyRule: ['action'],
  V1StatefulSetSpec: ['selector'],
  V1CustomResourceDefinitionVersion: ['served', 'storage'],
  V1HTTPHeader: ['value'],
  V1NetworkPolicySpec: ['podSelector'],
  V1Role: ['rules'],
  V1RoleRef: ['apiGroup'],
  V1TokenRequestSpec: ['audiences'],
  V1TokenReviewSpec: ['token'],
  V1ValidatingAdmissionPolicyBindingSpec: ['policyName', 'validationActions'],
}

/** The other way round: without these there is no object, though the client package lets them be missing. */
export const alsoRequired: Readonly<Record<string, readonly string[]>> = {
  V1CSIDriver: ['spec'],
  V1CronJob: ['spec'],
  V1DaemonSet: ['spec'],
  V1Deployment: ['spec'],
  V1Job: ['spec'],
  V1JobTemplateSpec: ['spec'],
  V1LimitRange: ['spec'],
  V1PersistentVolume: ['spec'],
  V1PersistentVolumeClaim: ['spec'],
  V1Pod: ['spec'],
  V1PodTemplate: ['template'],
  V1PodTemplateSpec: ['spec'],
  V1ReplicaSet: ['spec'],
  V1ReplicaSetSpec: ['template'],
  V1ReplicationController: ['spec'],
  V1Service: ['spec'],
  V1StatefulSet: ['spec'],
  V1HorizontalPodAutoscaler: ['spec'],
  V2HorizontalPodAutoscaler: ['spec'],
}
