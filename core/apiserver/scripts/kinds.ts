/** The kinds to describe, by group and version: models of the client package. Types only they use get their group's name. */
export const kinds: Readonly<Record<string, readonly string[]>> = {
  'core.v1': [
    'V1Namespace',
    'V1Pod',
    'V1Service',
    'V1Endpoints',
    'V1ConfigMap',
    'V1Secret',
    'V1ServiceAccount',
    'V1Node',
    'V1PersistentVolume',
    'V1PersistentVolumeClaim',
    'V1ResourceQuota',
    'V1LimitRange',
    'CoreV1Event',
    'V1ReplicationController',
    'V1PodTemplate',
    'V1Binding',
  ],
  'apps.v1': ['V1Deployment', 'V1ReplicaSet', 'V1StatefulSet', 'V1DaemonSet', 'V1ControllerRevision'],
  'batch.v1': ['V1Job', 'V1CronJob'],
  'networking.v1': ['V1Ingress', 'V1IngressClass', 'V1NetworkPolicy', 'V1IPAddress', 'V1ServiceCIDR'],
  'policy.v1': ['V1PodDisruptionBudget', 'V1Eviction'],
  'autoscaling.v1': ['V1Scale', 'V1HorizontalPodAutoscaler'],
  'autoscaling.v2': ['V2HorizontalPodAutoscaler'],
  'rbac.v1': ['V1Role', 'V1RoleBinding', 'V1ClusterRole', 'V1ClusterRoleBinding'],
  'authentication.v1': ['AuthenticationV1TokenRequest', 'V1TokenReview', 'V1SelfSubjectReview'],
  'authorization.v1': [
    'V1SubjectAccessReview',
    'V1SelfSubjectAccessReview',
    'V1LocalSubjectAccessReview',
    'V1SelfSubjectRulesReview',
  ],
  'certificates.v1': ['V1CertificateSigningRequest'],
  'storage.v1': [
    'V1StorageClass',
    'V1CSIDriver',
    'V1CSINode',
    'V1CSIStorageCapacity',
    'V1VolumeAttachment',
    'V1VolumeAttributesClass',
  ],
  'node.v1': ['V1RuntimeClass'],
  'events.v1': ['EventsV1Event'],
  'scheduling.v1': ['V1PriorityClass'],
  'coordination.v1': ['V1Lease'],
  'discovery.v1': ['V1EndpointSlice'],
  'admissionregistration.v1': [
    'V1MutatingWebhookConfiguration',
    'V1ValidatingWebhookConfiguration',
    'V1ValidatingAdmissionPolicy',
    'V1ValidatingAdmissionPolicyBinding',
    'V1MutatingAdmissionPolicy',
    'V1MutatingAdmissionPolicyBinding',
  ],
  'apiextensions.v1': ['V1CustomResourceDefinition'],
  'apiregistration.v1': ['V1APIService'],
  machinery: ['V1ListMeta', 'V1DeleteOptions'],
}

/** Models that are part of the machinery all groups share. */
export const machinery: readonly string[] = [
  'V1Condition',
  'V1DeleteOptions',
  'V1LabelSelector',
  'V1LabelSelectorRequirement',
  'V1ListMeta',
  'V1ManagedFieldsEntry',
  'V1ObjectMeta',
  'V1OwnerReference',
  'V1Preconditions',
  'V1ShardInfo',
]

const packages: Readonly<Record<string, string>> = {
  machinery: 'io.k8s.apimachinery.pkg.apis.meta.v1',
  'apiextensions.v1': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
  'apiregistration.v1': 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1',
}

const groupPrefix =
  /^(Admissionregistration|Apiextensions|Apiregistration|Authentication|Core|Discovery|Events|Flowcontrol|Rbac|Resource|Storage)?V\d+((alpha|beta)\d+)?/

/** The name a model has in Kubernetes' own documents: `io.k8s.api.apps.v1.Deployment`. */
export const officialName = (model: string, group: string): string =>
  `${packages[group] ?? `io.k8s.api.${group}`}.${model.replace(groupPrefix, '')}`
