import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { manifest } from '@flotilla/sdk/testing'
import { besides, isPropagated } from './skipped.ts'

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']
const kind = (apiVersion: string, name: string, can = verbs) =>
  ({ apiVersion, kind: name, plural: `${name.toLowerCase()}s`, scope: 'Namespaced', verbs: can }) as const

describe('a kind is propagated', () => {
  const cases: readonly (readonly [
    apiVersion: string,
    kind: string,
    skipped: readonly string[],
    propagated: boolean,
  ])[] = [
    ['apps/v1', 'Deployment', [], true],
    ['v1', 'ConfigMap', [], true],
    ['multicluster.x-k8s.io/v1alpha1', 'ServiceImport', [], true],
    ['v1', 'Event', [], false],
    ['events.k8s.io/v1', 'Event', [], false],
    ['coordination.k8s.io/v1', 'Lease', [], false],
    ['policy.karmada.io/v1alpha1', 'PropagationPolicy', [], false],
    ['work.karmada.io/v1alpha2', 'ResourceBinding', [], false],
    ['config.flotilla.dev/v1alpha1', 'Anything', [], false],
    ['apps/v1', 'Deployment', ['apps'], false],
    ['apps/v1', 'Deployment', ['apps/v1'], false],
    ['apps/v1', 'Deployment', ['apps/v1beta1'], true],
    ['apps/v1', 'Deployment', ['apps/v1/StatefulSet,Deployment'], false],
    ['apps/v1', 'Deployment', ['apps/v1/StatefulSet'], true],
    ['v1', 'Secret', ['v1/ConfigMap,Secret'], false],
    ['v1', 'Service', ['v1/ConfigMap,Secret'], true],
    ['v1', 'Service', ['v1'], false],
    ['v1', 'Service', ['apps'], true],
  ]
  for (const [apiVersion, name, skippedPropagatingApis, propagated] of cases)
    test(`${apiVersion} ${name} skipping [${skippedPropagatingApis}]: ${propagated}`, () =>
      assert.equal(isPropagated(kind(apiVersion, name), { skippedPropagatingApis }), propagated))

  for (const verb of ['list', 'watch', 'delete'])
    test(`only with the verb ${verb}`, () =>
      assert.equal(
        isPropagated(
          kind(
            'apps/v1',
            'Deployment',
            verbs.filter((each) => each !== verb),
          ),
          {},
        ),
        false,
      ))
})

const definition = (group: string) => ({
  ...manifest('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { name: `things.${group}` }),
  spec: { group },
})

describe('an object stands aside', () => {
  const within = (namespace: string, kind = 'ConfigMap', name = 'x') => manifest('v1', kind, { namespace, name })
  const cases: readonly (readonly [name: string, object: ReturnType<typeof within>, aside: boolean])[] = [
    ['an ordinary one', within('default'), false],
    ['one of a system namespace', within('kube-system'), true],
    ['one of Flotilla', within('karmada-system'), true],
    ['one of an execution namespace', within('karmada-es-member1'), true],
    ['a namespace of that kind', manifest('v1', 'Namespace', { name: 'karmada-es-member1' }), true],
    ['a namespace of the users', manifest('v1', 'Namespace', { name: 'team' }), false],
    ['one whose namespace only begins so', within('my-kube-x'), false],
    ['one without a namespace', manifest('rbac.authorization.k8s.io/v1', 'ClusterRole', { name: 'kube-x' }), false],
    ['the definition of a kind of ours', definition('work.karmada.io'), true],
    ['the definition of another kind', definition('multicluster.x-k8s.io'), false],
  ]
  for (const [name, object, aside] of cases) test(`${name}: ${aside}`, () => assert.equal(besides({})(object), aside))

  test('as configured, with the server’s own ConfigMap in any case', () => {
    const beside = besides({ skippedPropagatingNamespaces: ['team-.*'] })
    assert.equal(beside(within('team-a')), true)
    assert.equal(beside(within('kube-system')), false)
    assert.equal(beside(within('kube-system', 'ConfigMap', 'extension-apiserver-authentication')), true)
  })
  test('an expression that is none is refused by name', () =>
    assert.throws(() => besides({ skippedPropagatingNamespaces: ['('] }), {
      code: 'CONFIG_INVALID',
      message: /skippedPropagatingNamespaces/,
    }))
})
