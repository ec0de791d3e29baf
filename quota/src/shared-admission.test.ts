import type { NamespaceShare, ResourceList } from '@flotilla/sdk'
import { examineCauses } from '@flotilla/sdk/testing'
import { shared } from './objects.test-support.ts'
import { sharedQuotaAdmission } from './shared-admission.ts'

const sharing = (total: ResourceList, shares: readonly NamespaceShare[], ...causes: readonly string[]) => ({
  given: { manifest: shared({ total, shares }) },
  causes: causes.map((cause) => `spec.${cause}`),
})

examineCauses(sharedQuotaAdmission, {
  'a good one': sharing({ cpu: '10', 'requests.memory': '1Ti', pods: 100 }, [
    { namespace: 'shop', guaranteed: { cpu: '6', pods: 10 }, max: { cpu: '10' } },
    { namespace: 'bank', guaranteed: { cpu: '4' } },
    { namespace: 'guests' },
  ]),
  'amounts that are none': sharing(
    { cpu: 'much', memory: '-1Gi', pods: '500m' },
    [{ namespace: 'shop', guaranteed: { pods: '1.5' } }],
    'total[cpu]: Invalid value: "much": must be a quantity, such as "500m" or "1Gi"',
    'total[memory]: Invalid value: "-1Gi": must not be negative',
    'total[pods]: Invalid value: "500m": must be a whole number',
    'shares[0].guaranteed[pods]: Invalid value: "1.5": must be a whole number',
    'shares[0].guaranteed[pods]: Invalid value: "1.5": must be no more than the maximum of the namespace',
    'total[pods]: Invalid value: "500m": must be at least what is guaranteed to namespaces together',
  ),
  'what no pod requests': sharing(
    { 'limits.cpu': '1', services: 3 },
    [{ namespace: 'shop' }],
    'total[limits.cpu]: Invalid value: "limits.cpu": must be a resource that pods request, or "pods"',
    'total[services]: Invalid value: "services": must be a resource that pods request, or "pods"',
  ),
  'more guaranteed than there is': sharing(
    { cpu: '10' },
    [
      { namespace: 'shop', guaranteed: { cpu: '6' } },
      { namespace: 'bank', guaranteed: { cpu: '5' } },
    ],
    'total[cpu]: Invalid value: "10": must be at least what is guaranteed to namespaces together',
  ),
  'a share that contradicts itself, or the total': sharing(
    { cpu: '10' },
    [
      { namespace: 'shop', guaranteed: { cpu: '6' }, max: { cpu: '5' } },
      { namespace: 'bank', max: { cpu: '11', memory: '1Gi' } },
    ],
    'shares[0].guaranteed[cpu]: Invalid value: "6": must be no more than the maximum of the namespace',
    'shares[1].max[cpu]: Invalid value: "11": must be no more than spec.total',
    'shares[1].max[memory]: Invalid value: "1Gi": must be a resource of spec.total',
  ),
  'names that are none, and one that is there twice': sharing(
    { cpu: '10' },
    [{ namespace: '' }, { namespace: 'Shop' }, { namespace: 'bank' }, { namespace: 'bank' }],
    'shares[0].namespace: Required value',
    `shares[1].namespace: Invalid value: "Shop": must start and end with a lower case letter or digit, and have only those and '-' between, such as "web-1"`,
    'shares[3].namespace: Duplicate value: "bank"',
  ),
})
