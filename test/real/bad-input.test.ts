import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { asking, type HttpAnswer, type Question } from '../https.ts'
import { eventually, type Json } from '../kubectl.ts'
import { assets } from './assets.ts'
import { startCluster } from './cluster.ts'
import { embedded } from './embedded.ts'
import { startEtcd } from './etcd.ts'

const without = assets ? false : 'KUBEBUILDER_ASSETS is not set: test/assets/build prints what it should be'

const maps = '/api/v1/namespaces/default/configmaps'
const deployments = '/apis/apps/v1/namespaces/default/deployments'
const pods = '/api/v1/namespaces/default/pods'
const things = '/apis/example.com/v1/namespaces/default/things'

const json = 'application/json'
const jsonPatch = 'application/json-patch+json'
const mergePatch = 'application/merge-patch+json'
const strategicPatch = 'application/strategic-merge-patch+json'
const applyPatch = 'application/apply-patch+yaml'

const dry = `${maps}?dryRun=All`

const map = (more: object = {}, data: unknown = { a: 'b' }) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made', ...more }, data })

/** What is asked, and how. */
type Case = readonly [name: string, method: string, path: string, question?: Question]

const get = (name: string, path: string, headers?: Question['headers']): Case => [
  name,
  'GET',
  path,
  headers ? { headers } : {},
]
const post = (name: string, path: string, body: string, type = json): Case => [name, 'POST', path, { body, type }]
const put = (name: string, path: string, body: string, type = json): Case => [name, 'PUT', path, { body, type }]
const patch = (name: string, path: string, body: string, type = mergePatch): Case => [
  name,
  'PATCH',
  path,
  { body, type },
]
const remove = (name: string, path: string, body?: string): Case => [
  name,
  'DELETE',
  path,
  body === undefined ? {} : { body, type: json },
]

const bodies: readonly Case[] = [
  post('nothing', dry, ''),
  post('a blank', dry, ' '),
  post('null', dry, 'null'),
  post('a number', dry, '1'),
  post('a text', dry, '"a"'),
  post('a list', dry, '[]'),
  post('an empty object', dry, '{}'),
  post('no kind', dry, '{"metadata":{"name":"a"}}'),
  post('a kind without version', dry, '{"kind":"ConfigMap","metadata":{"name":"a"}}'),
  post('a version without kind', dry, '{"apiVersion":"v1","metadata":{"name":"a"}}'),
  post('half an object', dry, '{"apiVersion":"v1","kind":"ConfigMap"'),
  post('no JSON', dry, '{apiVersion: v1'),
  post('two objects', dry, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}{}'),
  post('another kind', dry, '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}'),
  post('another group', dry, '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"}}'),
  post('another version', dry, '{"apiVersion":"v2","kind":"ConfigMap","metadata":{"name":"a"}}'),
  post('a kind that is a number', dry, '{"apiVersion":"v1","kind":1,"metadata":{"name":"a"}}'),
  post('a version with two slashes', dry, '{"apiVersion":"a/b/c","kind":"ConfigMap","metadata":{"name":"a"}}'),
  post('a name that is a number', dry, map({ name: 1 })),
  post('labels that are a list', dry, map({ labels: [] })),
  post('a label that is a number', dry, map({ labels: { a: 1 } })),
  post('metadata that is a text', dry, '{"apiVersion":"v1","kind":"ConfigMap","metadata":"a"}'),
  post('data that is a list', dry, map({}, [1])),
  post('data that is a number', dry, map({}, { a: 1 })),
  post('no name', dry, map({ name: '' })),
  post('a bad name', dry, map({ name: 'A_b' })),
  post('a name that is too long', dry, map({ name: 'a'.repeat(300) })),
  post('a bad label', dry, map({ labels: { a: 'b c' } })),
  post('a bad annotation', dry, map({ annotations: { 'a b': 'c' } })),
  post('a bad owner', dry, map({ ownerReferences: [{ apiVersion: '', kind: '', name: '', uid: '' }] })),
  post('another namespace', dry, map({ namespace: 'other' })),
  post('a resourceVersion', maps, map({ resourceVersion: '1' })),
  post('a uid', dry, map({ uid: 'x' })),
  post('a wrong time', dry, map({ creationTimestamp: 'yesterday' })),
  post('a bad key', dry, map({}, { 'a b': 'c' })),
  post('a namespace that there is not', '/api/v1/namespaces/nope/configmaps', map()),
  post('the same again', dry, map({ name: 'there' })),
  post(
    'a huge number',
    `${deployments}?dryRun=All`,
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":1e30}}',
  ),
  post(
    'half a number',
    `${deployments}?dryRun=All`,
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":1.5}}',
  ),
  post(
    'a number as text',
    `${deployments}?dryRun=All`,
    '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"replicas":"1"}}',
  ),
  post(
    'a text as number',
    `${pods}?dryRun=All`,
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":1,"image":"x"}]}}',
  ),
  post(
    'containers that are an object',
    `${pods}?dryRun=All`,
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":{}}}',
  ),
  post(
    'a quantity that is none',
    `${pods}?dryRun=All`,
    '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"name":"a","image":"x","resources":{"requests":{"cpu":"much"}}}]}}',
  ),
  post('text of another language', dry, map(), 'text/plain'),
  post('XML', dry, '<a/>', 'application/xml'),
  post('a type that is none', dry, map(), 'nonsense'),
  post('a form', dry, 'a=b', 'application/x-www-form-urlencoded'),
  post('a patch of no type', dry, map(), mergePatch),
  post('JSON with a charset', dry, map(), 'application/json; charset=utf-8'),
  post('no protobuf', dry, 'hello', 'application/vnd.kubernetes.protobuf'),
  post('half of protobuf', dry, 'k8s\0\u000a', 'application/vnd.kubernetes.protobuf'),
  post('no YAML', dry, 'a: [', 'application/yaml'),
  post('YAML of a list', dry, '- a', 'application/yaml'),
  post('YAML of two', dry, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\na: b', 'application/yaml'),
  post(
    'deep lists',
    dry,
    `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"x":${'['.repeat(20000)}${']'.repeat(20000)}}`,
  ),
  post(
    'an object that knows prototypes',
    dry,
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"constructor":"a","toString":"b"}}',
  ),
  post(
    'a thing of no sort',
    `${things}?dryRun=All`,
    '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"spec":1}',
  ),
  post(
    'a thing of another group',
    `${things}?dryRun=All`,
    '{"apiVersion":"example.org/v1","kind":"Thing","metadata":{"name":"a"}}',
  ),
  post(
    'a thing of another version',
    `${things}?dryRun=All`,
    '{"apiVersion":"example.com/v2","kind":"Thing","metadata":{"name":"a"}}',
  ),
  post(
    'a thing of another kind',
    `${things}?dryRun=All`,
    '{"apiVersion":"example.com/v1","kind":"Other","metadata":{"name":"a"}}',
  ),
  post('a thing without kind', `${things}?dryRun=All`, '{"metadata":{"name":"a"}}'),
  post('a thing that is null', `${things}?dryRun=All`, 'null'),
  post('a thing that is a list', `${things}?dryRun=All`, '[]'),
  post('a thing that is none', `${things}?dryRun=All`, '{"a'),
  post('a thing without name', `${things}?dryRun=All`, '{"apiVersion":"example.com/v1","kind":"Thing"}'),
]

const fields = (spec: string, more = '') =>
  `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"${more}},"spec":${spec}}`

const strict: readonly Case[] = [
  post('an unknown field', `${maps}?fieldValidation=Strict`, map({ foo: 1 })),
  post(
    'a field twice',
    `${maps}?fieldValidation=Strict`,
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","name":"b"},"data":{"a":"b"}}',
  ),
  post(
    'unknown fields deep down',
    `${deployments}?fieldValidation=Strict`,
    fields('{"replica":1,"template":{"spec":{"containers":[{"nam":"a"}]}}}', ',"lables":{}'),
  ),
  post('a wrong word', `${maps}?fieldValidation=foo`, map()),
  post(
    'an unknown field of a thing',
    `${things}?fieldValidation=Strict`,
    '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"spec":{"b":1}}',
  ),
  post(
    'a field twice of a thing',
    `${things}?fieldValidation=Strict`,
    '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"a"},"spec":{"a":1,"a":2}}',
  ),
  patch('an unknown field in a patch', `${maps}/there?fieldValidation=Strict`, '{"foo":1}'),
  patch('a field twice in a patch', `${maps}/there?fieldValidation=Strict`, '{"data":{"a":"1","a":"2"}}'),
  patch('a wrong word at a patch', `${maps}/there?fieldValidation=foo`, '{}'),
]

const queries: readonly Case[] = [
  get('limit=-1', `${maps}?limit=-1`),
  get('limit=x', `${maps}?limit=x`),
  get('limit=1.5', `${maps}?limit=1.5`),
  get('limit of too many digits', `${maps}?limit=99999999999999999999`),
  get('timeoutSeconds=x', `${maps}?timeoutSeconds=x`),
  get('timeoutSeconds=x of a watch', `${maps}?watch=1&timeoutSeconds=x`),
  get('watch=foo', `${maps}?watch=foo&timeoutSeconds=1`),
  get('timeout=x', `${maps}?timeout=x`),
  get('resourceVersion=x', `${maps}?resourceVersion=x`),
  get('resourceVersion=-1', `${maps}?resourceVersion=-1`),
  get('resourceVersion=x of a watch', `${maps}?watch=1&resourceVersion=x`),
  get('resourceVersion=x of one', `${maps}/there?resourceVersion=x`),
  get('resourceVersionMatch=foo', `${maps}?resourceVersionMatch=foo`),
  get('resourceVersionMatch=foo of a version', `${maps}?resourceVersionMatch=foo&resourceVersion=1`),
  get('resourceVersionMatch of no version', `${maps}?resourceVersionMatch=Exact`),
  get('resourceVersionMatch of version 0', `${maps}?resourceVersionMatch=Exact&resourceVersion=0`),
  get(
    'resourceVersionMatch of a watch',
    `${maps}?watch=1&resourceVersionMatch=Exact&resourceVersion=1&timeoutSeconds=1`,
  ),
  get(
    'NotOlderThan of a watch',
    `${maps}?watch=1&resourceVersionMatch=NotOlderThan&resourceVersion=1&timeoutSeconds=1`,
  ),
  get('sendInitialEvents of a list', `${maps}?sendInitialEvents=true`),
  get('sendInitialEvents without match', `${maps}?watch=1&sendInitialEvents=true`),
  get(
    'sendInitialEvents without bookmarks',
    `${maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1`,
  ),
  get(
    'sendInitialEvents with Exact',
    `${maps}?watch=1&sendInitialEvents=true&resourceVersionMatch=Exact&allowWatchBookmarks=true`,
  ),
  get('a continue that is none', `${maps}?continue=x`),
  get('a continue of nothing', `${maps}?continue=e30`),
  get(
    'a continue with a version',
    `${maps}?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0&resourceVersion=1`,
  ),
  get('a label selector that is none', `${maps}?labelSelector=${encodeURIComponent('a in b')}`),
  get('a label selector with a bad key', `${maps}?labelSelector=${encodeURIComponent('-a=b')}`),
  get('a label selector with a bad value', `${maps}?labelSelector=${encodeURIComponent('a=b c')}`),
  get('half a label selector', `${maps}?labelSelector=${encodeURIComponent('a in (b')}`),
  get('a label selector of commas', `${maps}?labelSelector=${encodeURIComponent(',')}`),
  get('a label selector of one thing twice', `${maps}?labelSelector=${encodeURIComponent('a==b=c')}`),
  get('a label selector of no number', `${maps}?labelSelector=${encodeURIComponent('a>b')}`),
  get('a label selector of nobody', `${maps}?labelSelector=${encodeURIComponent('a in ()')}`),
  get('a field selector that is none', `${maps}?fieldSelector=a`),
  get('a field selector for what there is not', `${maps}?fieldSelector=a%3Db`),
  get('a field selector of pods', `${pods}?fieldSelector=spec.foo%3Db`),
  get('a field selector of things', `${things}?fieldSelector=spec.a%3Db`),
  get('a field selector with a slash too many', `${maps}?fieldSelector=metadata.name%3Da%5Cb`),
  get('pretty=foo', `${maps}/nope?pretty=foo`),
  get('half a percent sign', `${maps}?labelSelector=%zz`),
  post('dryRun=foo', `${maps}?dryRun=foo`, map()),
  post('dryRun of nothing', `${maps}?dryRun=`, map({ name: 'A' })),
  post('dryRun twice', `${maps}?dryRun=All&dryRun=foo`, map()),
  post('a manager that is too long', `${maps}?fieldManager=${'a'.repeat(129)}`, map()),
  post('a manager that cannot be printed', `${maps}?fieldManager=a%0ab`, map()),
  put('dryRun=foo of an update', `${maps}/there?dryRun=foo`, map({ name: 'there' })),
  remove('dryRun=foo of a removal', `${maps}/there?dryRun=foo`),
  remove('propagationPolicy=foo', `${maps}/there?propagationPolicy=foo`),
  remove('propagationPolicy and orphanDependents', `${maps}/there?propagationPolicy=Orphan&orphanDependents=true`),
  remove('orphanDependents=foo', `${maps}/nope?orphanDependents=foo`),
  remove('gracePeriodSeconds=x', `${maps}/there?gracePeriodSeconds=x`),
  remove('gracePeriodSeconds=-5', `${maps}/nope?gracePeriodSeconds=-5`),
  remove('a body that is none', `${maps}/there`, '{'),
  remove('a body of another kind', `${maps}/there`, map()),
  remove('a body of a list', `${maps}/there`, '[]'),
  remove('a wrong policy in the body', `${maps}/there`, '{"propagationPolicy":"foo"}'),
  remove('a wrong dryRun in the body', `${maps}/there`, '{"dryRun":["foo"]}'),
  remove('a wrong grace in the body', `${maps}/there`, '{"gracePeriodSeconds":"x"}'),
  remove('a uid of another', `${maps}/there`, '{"preconditions":{"uid":"x"}}'),
  remove('a collection and a limit that is none', `${maps}?limit=x`),
  remove('a collection and a selector that is none', `${maps}?labelSelector=${encodeURIComponent('a in b')}`),
]

const updates: readonly Case[] = [
  put('another name', `${maps}/there`, map({ name: 'other' })),
  put('no name', `${maps}/there`, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}'),
  put('another namespace', `${maps}/there`, map({ name: 'there', namespace: 'other' })),
  put('an old version', `${maps}/there`, map({ name: 'there', resourceVersion: '1' })),
  put('a version that is none', `${maps}/there`, map({ name: 'there', resourceVersion: 'x' })),
  put('another uid', `${maps}/there`, map({ name: 'there', uid: 'x' })),
  put('nobody', `${maps}/nope`, map({ name: 'nope', resourceVersion: '1' })),
  put('nobody, without version', `${maps}/nope`, map({ name: 'nope' })),
  put('nothing', `${maps}/there`, ''),
  put('another kind', `${maps}/there`, '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"there"}}'),
  put(
    'a thing without version',
    `${things}/there`,
    '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"there"}}',
  ),
  put(
    'a scale that is none',
    `${deployments}/there/scale`,
    '{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"there"},"spec":{"replicas":-1}}',
  ),
  put('a scale of another kind', `${deployments}/there/scale`, fields('{}')),
  put(
    'a scale of nobody',
    `${deployments}/nope/scale`,
    '{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"nope","namespace":"default"},"spec":{"replicas":1}}',
  ),
]

const patches: readonly Case[] = [
  patch('nothing', `${maps}/there`, ''),
  patch('no JSON', `${maps}/there`, '{'),
  patch('a list to merge', `${maps}/there`, '[]'),
  patch('null to merge', `${maps}/there`, 'null'),
  patch('a number to merge', `${maps}/there`, '1'),
  patch('a text to merge', `${maps}/there`, '"a"'),
  patch('data that is a list', `${maps}/there`, '{"data":[]}'),
  patch('data that is a number', `${maps}/there`, '{"data":{"a":1}}'),
  patch('another name', `${maps}/there`, '{"metadata":{"name":"other"}}'),
  patch('another namespace', `${maps}/there`, '{"metadata":{"namespace":"other"}}'),
  patch('another kind', `${maps}/there`, '{"kind":"Secret"}'),
  patch('another version', `${maps}/there`, '{"apiVersion":"v2"}'),
  patch('an old version', `${maps}/there`, '{"metadata":{"resourceVersion":"1"}}'),
  patch('another uid', `${maps}/there`, '{"metadata":{"uid":"x"}}'),
  patch('nobody', `${maps}/nope`, '{}'),
  patch('plain JSON', `${maps}/there`, '{}', json),
  patch('plain text', `${maps}/there`, '{}', 'text/plain'),
  patch('YAML', `${maps}/there`, '{}', 'application/yaml'),
  patch('a type that is none', `${maps}/there`, '{}', 'nonsense'),
  patch('a list that is an object', `${maps}/there`, '{}', jsonPatch),
  patch('half a list', `${maps}/there`, '[', jsonPatch),
  patch('an operation that is none', `${maps}/there`, '[{"op":"foo","path":"/data/a"}]', jsonPatch),
  patch('no operation', `${maps}/there`, '[{}]', jsonPatch),
  patch('no path', `${maps}/there`, '[{"op":"remove"}]', jsonPatch),
  patch('a path without slash', `${maps}/there`, '[{"op":"add","path":"data","value":1}]', jsonPatch),
  patch('a removal of nothing', `${maps}/there`, '[{"op":"remove","path":"/data/nope"}]', jsonPatch),
  patch('a removal deep in nothing', `${maps}/there`, '[{"op":"remove","path":"/nope/nope"}]', jsonPatch),
  patch('an addition deep in nothing', `${maps}/there`, '[{"op":"add","path":"/nope/nope","value":"a"}]', jsonPatch),
  patch(
    'a place that there is not',
    `${maps}/there`,
    '[{"op":"add","path":"/metadata/finalizers/5","value":"a.b/c"}]',
    jsonPatch,
  ),
  patch('a test that fails', `${maps}/there`, '[{"op":"test","path":"/data/a","value":"no"}]', jsonPatch),
  patch('a test of nothing', `${maps}/there`, '[{"op":"test","path":"/data/nope","value":"no"}]', jsonPatch),
  patch('a copy of nothing', `${maps}/there`, '[{"op":"copy","from":"/data/nope","path":"/data/b"}]', jsonPatch),
  patch('a move of nothing', `${maps}/there`, '[{"op":"move","from":"/data/nope","path":"/data/b"}]', jsonPatch),
  patch('no value', `${maps}/there`, '[{"op":"add","path":"/data/b"}]', jsonPatch),
  patch('a replacement by a number', `${maps}/there`, '[{"op":"replace","path":"/data/a","value":1}]', jsonPatch),
  patch('the whole replaced', `${maps}/there`, '[{"op":"replace","path":"","value":{}}]', jsonPatch),
  patch(
    'too many operations',
    `${maps}/there`,
    `[${'{"op":"test","path":"/data/a","value":"b"},'.repeat(10000)}{"op":"test","path":"/data/a","value":"b"}]`,
    jsonPatch,
  ),
  patch('a list to merge by strategy', `${maps}/there`, '[]', strategicPatch),
  patch('half to merge by strategy', `${maps}/there`, '{', strategicPatch),
  patch(
    'a directive that is none',
    `${deployments}/there`,
    '{"spec":{"template":{"spec":{"containers":[{"$patch":"foo","name":"a"}]}}}}',
    strategicPatch,
  ),
  patch(
    'a container without name',
    `${deployments}/there`,
    '{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}',
    strategicPatch,
  ),
  patch(
    'containers that are a text',
    `${deployments}/there`,
    '{"spec":{"template":{"spec":{"containers":"x"}}}}',
    strategicPatch,
  ),
  patch('strategy with things', `${things}/there`, '{}', strategicPatch),
  patch('an application that is none', `${maps}/there?fieldManager=a`, 'a: [', applyPatch),
  patch('an application without kind', `${maps}/there?fieldManager=a`, 'data: {}', applyPatch),
  patch('an application without manager', `${maps}/there`, map({ name: 'there' }), applyPatch),
  patch('an application of another name', `${maps}/there?fieldManager=a`, map({ name: 'other' }), applyPatch),
  patch(
    'an application of another kind',
    `${maps}/there?fieldManager=a`,
    '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"there"}}',
    applyPatch,
  ),
  patch(
    'an application of an unknown field',
    `${maps}/there?fieldManager=a`,
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"there"},"foo":1}',
    applyPatch,
  ),
  patch(
    'an application with managed fields',
    `${maps}/there?fieldManager=a`,
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"there","managedFields":[{"manager":"x"}]}}',
    applyPatch,
  ),
  patch('an application of a list', `${maps}/there?fieldManager=a`, '[]', applyPatch),
  patch(
    'an application of a conflict',
    `${maps}/there?fieldManager=b`,
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"there"},"data":{"a":"other"}}',
    applyPatch,
  ),
  patch(
    'an application of the same twice',
    `${deployments}/there?fieldManager=b&force=true`,
    fields(
      '{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"x"},{"name":"a","image":"y"}]}}}',
    ).replace('"name":"a"}', '"name":"there"}'),
    applyPatch,
  ),
  patch('force without application', `${maps}/there?force=true`, '{}'),
  patch('force=foo', `${maps}/there?force=foo&fieldManager=a`, map({ name: 'there' }), applyPatch),
]

const places: readonly Case[] = [
  get('nowhere', '/nope'),
  get('a root that there is not', '/api/v2'),
  get('a group that there is not', '/apis/nope.example.com/v1/things'),
  get('a version that there is not', '/apis/apps/v9/deployments'),
  get('a resource that there is not', '/api/v1/namespaces/default/nopes'),
  get('a resource with capitals', '/api/v1/namespaces/default/ConfigMaps'),
  get('an object that there is not', `${maps}/nope`),
  get('an object with a name that cannot be', `${maps}/A_b`),
  get('a subresource that there is not', `${maps}/there/nope`),
  get('the status of what has none', `${maps}/there/status`),
  get('the scale of what has none', `${maps}/there/scale`),
  get('a subresource of a subresource', `${deployments}/there/scale/nope`),
  get('a namespaced object without namespace', '/api/v1/configmaps/there'),
  get('a cluster object in a namespace', '/api/v1/namespaces/default/nodes'),
  get('two slashes', '/api/v1//configmaps'),
  get('a slash at the end', `${maps}/`),
  get('half a percent sign in a path', `${maps}/%`),
  get('an encoded slash', `${maps}/a%2Fb`),
  get('dots', `${maps}/../secrets/nope`),
  post('an object', `${maps}/there`, map()),
  post('a collection without namespace', '/api/v1/configmaps', map()),
  put('a collection', maps, map()),
  patch('a collection', maps, '{}'),
  remove('a namespace', '/api/v1/namespaces'),
  put('a root', '/api', map()),
  post('health', '/healthz', '{}'),
  post('discovery', '/apis', '{}'),
  post('a group', '/apis/apps', '{}'),
  post('OpenAPI', '/openapi/v2', '{}'),
  post('the status', `${deployments}/there/status`, '{}'),
  remove('the status', `${deployments}/there/status`),
  remove('the scale', `${deployments}/there/scale`),
  post('the scale', `${deployments}/there/scale`, '{}'),
  get('a binding', '/api/v1/namespaces/default/bindings'),
  get('a review', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'),
  get('a token', '/api/v1/namespaces/default/serviceaccounts/default/token'),
  get('an eviction', `${pods}/nope/eviction`),
  ['a method of WebDAV', 'PROPFIND', maps],
  ['OPTIONS', 'OPTIONS', maps],
  ['OPTIONS of nowhere', 'OPTIONS', '/nope'],
  ['TRACE', 'TRACE', maps],
  ['an unknown method', 'FOO', maps],
]

const headers: readonly Case[] = [
  get('accept XML', maps, { accept: 'application/xml' }),
  get('accept nonsense', maps, { accept: 'nonsense' }),
  get('accept a table of a version that there is not', maps, {
    accept: 'application/json;as=Table;v=v9;g=meta.k8s.io',
  }),
  get('accept what there is not', maps, { accept: 'application/json;as=Foo;v=v1;g=meta.k8s.io' }),
  get('accept pictures of one', `${maps}/there`, { accept: 'image/png' }),
  get('accept CBOR', maps, { accept: 'application/cbor' }),
  get('accept XML of a watch', `${maps}?watch=1`, { accept: 'application/xml' }),
  get('accept XML of what there is not', `${maps}/nope`, { accept: 'application/xml' }),
  ['impersonated groups of nobody', 'GET', maps, { headers: { 'impersonate-group': 'a' } }],
  ['an impersonated uid of nobody', 'GET', maps, { headers: { 'impersonate-uid': 'a' } }],
  ['a token of nobody', 'GET', maps, { anonymous: true, headers: { authorization: 'Bearer nope' } }],
  ['a password', 'GET', maps, { anonymous: true, headers: { authorization: 'Basic YTpi' } }],
  ['half a token', 'GET', maps, { anonymous: true, headers: { authorization: 'Bearer' } }],
  ['a token that looks like one', 'GET', maps, { anonymous: true, headers: { authorization: 'Bearer a.b.c' } }],
]

/** What is random, or of a run. */
const plain = (value: unknown): Json =>
  JSON.parse(
    (JSON.stringify(value ?? null) ?? '')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID')
      .replaceAll(/(resourceVersion|current)(\W+)\d+/g, '$1$2N'),
  )

/** What in an answer tells of Go rather than of the request. We say it in other words. */
const goes = new RegExp(
  [
    'json: ',
    'json parse error',
    'unexpected end of JSON',
    'Invalid JSON Patch',
    'the server rejected our request due to an error in our request',
    'strconv\\.',
    'yaml: ',
    'scheme\\.go',
    'unknown conversion',
    'EOF',
    'DefaultInfo',
    'parsing time',
    'StorageError',
    'map\\[',
    'in version "v1" cannot be handled',
    'strict decoding error',
    "Object 'Kind'",
    'GroupVersion string',
    'base64',
    'encoded version',
    '40[56]: |415: ',
    'media types are accepted',
    "expected:|found '|<nil>|values\\[0\\]",
    'a protobuf message',
    'invalid object type',
    'is not a known field selector',
  ].join('|'),
)

/** Where we say something better: the server failed, or did something else than it was asked, and what we answer. */
const better: Readonly<Record<string, readonly [real: number, ours: number]>> = {
  'resourceVersion=x of a watch': [500, 400],
  'resourceVersion=x of one': [500, 400],
  'a version that is none': [500, 409],
  'a copy of nothing': [200, 422],
  'no value': [200, 422],
  'a directive that is none': [500, 400],
  'a container without name': [500, 400],
  'an application of an unknown field': [500, 400],
  'an application of the same twice': [500, 400],
  'an unknown method': [405, 400],
  health: [200, 404],
  discovery: [200, 405],
  'a group': [200, 405],
  OpenAPI: [200, 405],
}

const distinct = (causes: readonly Json[]): readonly Json[] => [
  ...new Map(causes.map((each) => [JSON.stringify(each), each])).values(),
]

interface Said {
  readonly status: number
  readonly reason?: string
  readonly message?: string
  readonly details?: Json
}

const said = ({ status, body }: HttpAnswer): Said => {
  if (body?.kind !== 'Status') return { status }
  const { code, reason, message, details } = plain(body)
  assert.equal(code ?? status, status)
  const { causes, ...rest } = details ?? {}
  return { status, reason, message, details: { ...rest, ...(causes && { causes: distinct(causes) }) } }
}

/** Without the words, where they are Go's. */
const worded = ({ message = '', details, ...rest }: Said, own: boolean): Said =>
  own
    ? { ...rest, details: { ...details, causes: details?.causes?.map(({ reason, field }: Json) => [reason, field]) } }
    : { ...rest, message, details }

describe('the embedded server refuses as a real one does', { skip: without }, () => {
  const open = new AsyncDisposableStack()
  const dir = mkdtempSync(join(tmpdir(), 'flotilla-bad-input-'))
  type Ask = ReturnType<typeof asking>
  let real: Ask
  let ours: Ask

  const both = async (method: string, path: string, question: Question): Promise<void> => {
    for (const ask of [real, ours])
      await eventually(async () => assert.ok((await ask(path, { method, ...question })).status < 300))
  }

  before(async () => {
    const etcd = open.use(await startEtcd(dir))
    const cluster = open.use(await startCluster({ name: 'host', etcd, dir, host: true }))
    real = asking(cluster.kubeconfig)
    ours = asking(open.use(await embedded(dir)).kubeconfig)
    await both('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      type: json,
      body: JSON.stringify({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'things.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Namespaced',
          names: { plural: 'things', kind: 'Thing' },
          versions: [
            {
              name: 'v1',
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: 'object',
                  properties: { spec: { type: 'object', properties: { a: { type: 'integer' } } } },
                },
              },
            },
          ],
        },
      }),
    })
    await both('POST', maps, { type: json, body: map({ name: 'there' }) })
    const template =
      '"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"x"}]}}'
    await both('POST', deployments, {
      type: json,
      body: fields(`{"replicas":0,${template}}`).replace('"a"}', '"there"}'),
    })
    await both('POST', things, {
      type: json,
      body: '{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"there"}}',
    })
  })
  after(() => open.disposeAsync())

  const groups: Readonly<Record<string, readonly Case[]>> = {
    bodies,
    strict,
    queries,
    updates,
    patches,
    places,
    headers,
  }
  for (const [group, cases] of Object.entries(groups))
    describe(group, () => {
      for (const [name, method, path, question = {}] of cases)
        test(name, async () => {
          const [expected, answer] = await Promise.all([real, ours].map((ask) => ask(path, { method, ...question })))
          assert.ok(expected && answer)
          const wanted = said(expected)
          const found = said(answer)
          const known = better[name]
          if (known) return assert.deepEqual([wanted.status, found.status], known)
          if (wanted.reason === undefined) return assert.equal(found.status, wanted.status)
          const own = goes.test(wanted.message ?? '')
          assert.deepEqual(worded(found, own), worded(wanted, own))
        })
    })
})
