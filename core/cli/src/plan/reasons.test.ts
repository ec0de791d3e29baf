import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '@flotilla/core'
import type { ServedKind } from '@flotilla/kube'
import {
  annotation,
  type Binding,
  type Condition,
  label,
  type Manifest,
  match,
  on,
  type PropagationPolicy,
  Registry,
} from '@flotilla/sdk'
import { binding, fakeClient, manifest, Objects } from '@flotilla/sdk/testing'
import { complainedOf, reasonsFor, type Witness, witnessOf } from './reasons.ts'
import { addressText } from './state.ts'

const verbs = ['get', 'list', 'watch', 'delete']
const mapKind: ServedKind = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps', scope: 'Namespaced', verbs }
const template = manifest('v1', 'ConfigMap', { namespace: 'shop', name: 'web' })
const at = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'web' }

const policy = (spec: Partial<PropagationPolicy['spec']> = {}): Manifest => ({
  ...manifest('policy.karmada.io/v1alpha1', 'PropagationPolicy', {
    namespace: 'shop',
    name: 'web',
    labels: { [label.propagationPolicyId]: 'id' },
  }),
  spec: { resourceSelectors: [{ apiVersion: 'v1', kind: 'ConfigMap' }], ...spec },
})

const claim = {
  labels: { [label.propagationPolicyId]: 'id' },
  annotations: {
    [annotation.propagationPolicyNamespace]: 'shop',
    [annotation.propagationPolicyName]: 'web',
  },
}

const claimed = (words: Parameters<typeof binding>[0] = {}): Binding =>
  binding({ namespace: 'shop', name: 'web-configmap', ...claim, resource: at, ...words })

let count = 0
const event = (type: 'Normal' | 'Warning', reason: string, message: string, about: object = at): Manifest => ({
  ...manifest('v1', 'Event', { namespace: 'shop', name: `web.${++count}` }),
  involvedObject: about,
  type,
  reason,
  message,
})

const condition = (type: string, status: Condition['status'], message: string): Condition => ({
  type,
  status,
  reason: 'Because',
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
})

const registry = new Registry()
registry.add(on(match.choose, ({ policies }) => policies[0]))

const witness = (...objects: readonly Manifest[]): Promise<Witness> =>
  witnessOf(fakeClient(new Objects(objects)), registry.ask, readConfig())

interface Case {
  readonly objects?: readonly Manifest[]
  readonly binding?: Binding
  readonly template?: Manifest
  readonly kind?: ServedKind
  readonly says: readonly string[]
}

const cases: Readonly<Record<string, Case>> = {
  'nobody selects it': { says: ['no policy selects it'] },
  'its policy is lazy': {
    objects: [policy({ activationPreference: 'Lazy' })],
    says: ['PropagationPolicy shop/web selects it, and waits for its next change (activationPreference: Lazy)'],
  },
  'its policy has not got it yet': {
    objects: [policy()],
    says: ['PropagationPolicy shop/web selects it, and has not claimed it'],
  },
  'its namespace stays at home': {
    template: manifest('v1', 'ConfigMap', { namespace: 'kube-system', name: 'web' }),
    says: ['objects of this namespace are not propagated'],
  },
  'its kind stays at home': { kind: { ...mapKind, verbs: ['get'] }, says: ['objects of this kind are not propagated'] },
  'all is well': { binding: claimed(), says: [] },
  'it does not fit anywhere': {
    binding: claimed({ status: { conditions: [condition('Scheduled', 'False', '0/3 clusters are available')] } }),
    says: ['0/3 clusters are available'],
  },
  'it fits': { binding: claimed({ status: { conditions: [condition('Scheduled', 'True', 'done')] } }), says: [] },
  'another scheduler has it': {
    binding: claimed({ schedulerName: 'mine' }),
    says: ['it is left to the scheduler mine'],
  },
  'nobody may schedule it': {
    binding: claimed({ suspension: { scheduling: true } }),
    says: ['scheduling is suspended'],
  },
  'a policy lets it go': {
    binding: binding({ namespace: 'shop', name: 'web-configmap', resource: at }),
    says: ['no policy selects it'],
  },
  'something was complained of': {
    objects: [event('Warning', 'ApplyPolicyFailed', 'it waits for overrides')],
    says: ['it waits for overrides'],
  },
  'something was complained of that is well now': {
    objects: [
      event('Warning', 'ApplyPolicyFailed', 'it waits for overrides'),
      event('Normal', 'ApplyPolicySucceed', 'it is there'),
    ],
    binding: claimed(),
    says: [],
  },
  'its binding was complained of, and says so itself': {
    objects: [
      event('Warning', 'ApplyPolicyFailed', 'Apply policy(shop/web) failed: no such class', {
        kind: 'ResourceBinding',
        namespace: 'shop',
        name: 'web-configmap',
      }),
    ],
    binding: claimed({ status: { conditions: [condition('PolicyApplied', 'False', 'no such class')] } }),
    says: ['Apply policy(shop/web) failed: no such class'],
  },
  'another object was complained of': {
    objects: [event('Warning', 'ApplyPolicyFailed', 'not this one', { ...at, name: 'other' })],
    binding: claimed(),
    says: [],
  },
  'what rendering says is said of each cluster': {
    objects: [event('Warning', 'SyncWorkFailed', 'one of three')],
    binding: claimed(),
    says: [],
  },
}
for (const [name, given] of Object.entries(cases)) {
  test(`why: ${name}`, async () => {
    const { objects = [], kind = mapKind } = given
    const decided = given.binding && { template: at, binding: given.binding, works: new Map() }
    const reasons = await reasonsFor(await witness(...objects), kind, given.template ?? template, decided)
    assert.deepEqual(reasons, given.says)
  })
}

test('templates are spoken of that something new is complained of', async () => {
  const old = event('Warning', 'SyncWorkFailed', 'as ever')
  const decided = { template: at, binding: claimed(), works: new Map() }
  const state = new Map([[addressText(at), decided]])
  const [before, same, after] = await Promise.all([
    witness(old),
    witness(old),
    witness(old, event('Warning', 'SyncWorkFailed', 'for another reason')),
  ])
  assert.deepEqual(complainedOf(before, same, state), [])
  assert.deepEqual(complainedOf(before, after, state), [at])
})
