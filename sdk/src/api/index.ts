import { type CustomResourceDefinition, crd, type Definition } from '../crd.ts'
import { deepFreeze } from '../freeze.ts'
import { bindingDefinitions } from './binding.ts'
import { clusterDefinition } from './cluster.ts'
import { clusterTaintPolicyDefinition } from './cluster-taint-policy.ts'
import { cronFederatedHpaDefinition } from './cron-federated-hpa.ts'
import { federatedHpaDefinition } from './federated-hpa.ts'
import { federatedResourceQuotaDefinition } from './federated-resource-quota.ts'
import { multiClusterIngressDefinition } from './multi-cluster-ingress.ts'
import { multiClusterServiceDefinition } from './multi-cluster-service.ts'
import { overridePolicyDefinitions } from './override-policy.ts'
import { propagationPolicyDefinitions } from './propagation-policy.ts'
import { remedyDefinition } from './remedy.ts'
import { resourceInterpreterCustomizationDefinition } from './resource-interpreter-customization.ts'
import { resourceInterpreterModuleDefinition } from './resource-interpreter-module.ts'
import { resourceInterpreterWebhookConfigurationDefinition } from './resource-interpreter-webhook-configuration.ts'
import { resourceRegistryDefinition } from './resource-registry.ts'
import { serviceExportDefinition } from './service-export.ts'
import { serviceImportDefinition } from './service-import.ts'
import { sharedResourceQuotaDefinition } from './shared-resource-quota.ts'
import { workDefinition } from './work.ts'
import { workloadRebalancerDefinition } from './workload-rebalancer.ts'

export * from './autoscaling.ts'
export * from './binding.ts'
export * from './binding-conversion.ts'
export * from './binding-v1alpha1.ts'
export * from './cluster.ts'
export * from './cluster-expressions.ts'
export * from './cluster-taint-policy.ts'
export * from './cron-federated-hpa.ts'
export * from './federated-hpa.ts'
export * from './federated-resource-quota.ts'
export * from './kubernetes.ts'
export * from './match.ts'
export * from './multi-cluster-ingress.ts'
export * from './multi-cluster-service.ts'
export * from './names.ts'
export * from './override-policy.ts'
export * from './placement.ts'
export * from './propagation-policy.ts'
export * from './remedy.ts'
export * from './resource-interpreter-customization.ts'
export * from './resource-interpreter-module.ts'
export * from './resource-interpreter-webhook-configuration.ts'
export * from './resource-registry.ts'
export * from './service.ts'
export * from './service-export.ts'
export * from './service-import.ts'
export * from './shared-resource-quota.ts'
export * from './strategy.ts'
export * from './work.ts'
export * from './workload-rebalancer.ts'

/** Every kind the control plane serves beside those of Kubernetes. */
export const definitions: readonly Definition[] = [
  ...propagationPolicyDefinitions,
  ...overridePolicyDefinitions,
  federatedResourceQuotaDefinition,
  sharedResourceQuotaDefinition,
  clusterTaintPolicyDefinition,
  ...bindingDefinitions,
  workDefinition,
  clusterDefinition,
  resourceInterpreterCustomizationDefinition,
  resourceInterpreterModuleDefinition,
  resourceInterpreterWebhookConfigurationDefinition,
  multiClusterServiceDefinition,
  multiClusterIngressDefinition,
  federatedHpaDefinition,
  cronFederatedHpaDefinition,
  workloadRebalancerDefinition,
  remedyDefinition,
  resourceRegistryDefinition,
  serviceExportDefinition,
  serviceImportDefinition,
]

/** The same as manifests, ready to be served or installed. */
export const crds: readonly CustomResourceDefinition[] = deepFreeze(definitions.map(crd))
