import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Attributes } from '../attributes.ts'
import { allows, beyond, type Rule, ruleText } from './rule.ts'

const user = { name: 'u', groups: [] }

/** `get pods.apps/scale name`, or `get /path`. */
const wish = (text: string): Attributes => {
  const [verb = '', what = '', name] = text.split(' ')
  if (what.startsWith('/')) return { user, verb, path: what }
  const [whole = '', subresource] = what.split('/')
  const [resource = '', ...group] = whole.split('.')
  return {
    user,
    verb,
    version: 'v1',
    group: group.join('.'),
    resource,
    ...(subresource && { subresource }),
    ...(name && { name }),
  }
}

const of = (verbs: string, resources: string, groups = '', names = ''): Rule => ({
  verbs: verbs.split(','),
  apiGroups: groups.split(','),
  resources: resources.split(','),
  ...(names && { resourceNames: names.split(',') }),
})

const at = (verbs: string, paths: string): Rule => ({ verbs: verbs.split(','), nonResourceURLs: paths.split(',') })

const allowed: readonly [rule: Rule, wish: string, yes: boolean][] = [
  [of('get', 'pods'), 'get pods', true],
  [of('get', 'pods'), 'list pods', false],
  [of('get', 'pods'), 'get pods.metrics.k8s.io', false],
  [of('get', 'pods'), 'get pods/log', false],
  [of('get', 'pods/log'), 'get pods/log', true],
  [of('get', 'pods/log'), 'get pods', false],
  [of('get', '*/scale', '*'), 'get deployments.apps/scale', true],
  [of('get', '*/scale', '*'), 'get deployments.apps/status', false],
  [of('get', '*'), 'get pods/log', true],
  [of('*', '*', '*'), 'escalate roles.rbac.authorization.k8s.io', true],
  [of('get', 'pods', '', 'a,b'), 'get pods b', true],
  [of('get', 'pods', '', 'a,b'), 'get pods c', false],
  [of('list', 'pods', '', 'a'), 'list pods', false],
  [of('*', '*', '*'), 'get /metrics', false],
  [at('get', '/metrics'), 'get /metrics', true],
  [at('get', '/metrics'), 'post /metrics', false],
  [at('get', '/metrics'), 'get /metrics/more', false],
  [at('get', '/debug/*'), 'get /debug/x/y', true],
  [at('get', '/debug/*'), 'get /debug', false],
  [at('*', '*'), 'get /anything', true],
  [at('*', '*'), 'get pods', false],
]

describe('a rule allows', () => {
  for (const [rule, text, yes] of allowed) {
    test(`${ruleText(rule)} ${text}`, () => assert.equal(allows(rule, wish(text)), yes))
  }
})

const beyonds: readonly [sentence: string, wanted: Rule, owned: readonly Rule[], missing: readonly string[]][] = [
  ['the same', of('get', 'pods'), [of('get', 'pods')], []],
  ['less', of('get', 'pods', '', 'a'), [of('get,list', 'pods,secrets')], []],
  ['pieces of several', of('get,list', 'pods'), [of('get', 'pods'), of('list', '*')], []],
  ['everything', of('*', '*', '*'), [of('get', '*', '*')], ['{APIGroups:["*"], Resources:["*"], Verbs:["*"]}']],
  ['a verb', of('get,list', 'pods'), [of('get', 'pods')], ['{APIGroups:[""], Resources:["pods"], Verbs:["list"]}']],
  [
    'all names where some are owned',
    of('get', 'pods'),
    [of('get', 'pods', '', 'a')],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  ],
  [
    'another name',
    of('get', 'pods', '', 'a,b'),
    [of('get', 'pods', '', 'a')],
    ['{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}'],
  ],
  ['a subresource of everything', of('get', 'pods/scale'), [of('get', '*/scale')], []],
  ['paths', at('get', '/debug/x'), [at('*', '/debug/*')], []],
  ['a path', at('get,post', '/debug'), [at('get', '*')], ['{NonResourceURLs:["/debug"], Verbs:["post"]}']],
]

describe('what a rule grants beyond others', () => {
  for (const [sentence, wanted, owned, missing] of beyonds) {
    test(sentence, () => assert.deepEqual(beyond([wanted], owned).map(ruleText), missing))
  }
})
