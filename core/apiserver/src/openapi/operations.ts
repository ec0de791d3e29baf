import type { Resource, Subresource } from '../resource.ts'
import { componentName, kindOf, listName, namedSchema, optionsName, type Refer, scaleName } from './components.ts'

type Json = Readonly<Record<string, unknown>>

/** One thing that can be done at a path. What differs between the versions of OpenAPI is left to them. */
export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Kubernetes' verb: `list`, `deletecollection`, ... */
  readonly action: string
  readonly id: string
  readonly description: string
  readonly kind: Json
  readonly parameters: readonly Parameter[]
  readonly body?: { readonly schema: string; readonly types: readonly string[]; readonly required: boolean }
  /** The name of the schema of the answer. */
  readonly answer: string
  readonly code: 200 | 201
}

export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly type: 'string' | 'integer' | 'boolean'
  readonly description: string
}

/** A path, what is in it, and what can be done there. */
export interface Path {
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly operations: readonly Operation[]
}

const query = (type: Parameter['type'], name: string, description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
})

const dryRun = query('string', 'dryRun', 'All: nothing is stored, and everything else happens as if it were.')
const fieldManager = query('string', 'fieldManager', 'Who is recorded to own the fields that are written.')
const fieldValidation = query(
  'string',
  'fieldValidation',
  'What becomes of fields nobody knows: Ignore, Warn or Strict.',
)
const force = query('boolean', 'force', 'Take fields from their owners. Only for apply patches.')
const pretty = query('string', 'pretty', 'Write the answer for people to read.')

const writing = [dryRun, fieldManager, fieldValidation]
const patching = [...writing, force]

const selecting = [
  query('string', 'labelSelector', 'Only objects with these labels.'),
  query('string', 'fieldSelector', 'Only objects with these fields.'),
]

const listing = [
  ...selecting,
  query('boolean', 'allowWatchBookmarks', 'Send bookmarks in a watch.'),
  query('string', 'continue', 'Where the list goes on.'),
  query('integer', 'limit', 'How many objects at most.'),
  query('string', 'resourceVersion', 'How new the answer has to be.'),
  query('string', 'resourceVersionMatch', 'What resourceVersion means.'),
  query('boolean', 'sendInitialEvents', 'Begin a watch with what is there.'),
  query('integer', 'timeoutSeconds', 'How long the request may take.'),
  query('boolean', 'watch', 'Send what changes, not what is there.'),
]

const deleting = [
  dryRun,
  query('integer', 'gracePeriodSeconds', 'How long the object has to end.'),
  query('string', 'propagationPolicy', 'What becomes of dependents: Orphan, Background or Foreground.'),
]

const json = ['application/json', 'application/yaml']

const patchTypes = (resource: Resource): readonly string[] => [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  ...(componentName(resource).startsWith('io.k8s.') ? ['application/strategic-merge-patch+json'] : []),
]

const patchName = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch'

const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

/** `AppsV1`: the group and version, as operations are named. */
const groupName = ({ group, version }: Resource): string =>
  `${capitalized(group.split('.')[0] || 'core')}${capitalized(version)}`

interface Doing {
  readonly action: string
  readonly method: Operation['method']
  readonly parameters: readonly Parameter[]
  readonly body?: Operation['body']
  readonly answer: string
  readonly code?: 201
  readonly description: string
}

const bodyOf = (schema: string, types: readonly string[] = json, required = true): Operation['body'] => ({
  schema,
  types,
  required,
})

const operation = (resource: Resource, suffix: string, doing: Doing): Operation => {
  const scope = resource.namespaced ? 'Namespaced' : ''
  const { action, code = 200, ...rest } = doing
  const id = `${action}${groupName(resource)}${scope}${resource.kind}${suffix}`
  return { ...rest, action, id, code, kind: kindOf(resource) }
}

const collection = (resource: Resource): readonly Operation[] => {
  const { kind } = resource
  const name = componentName(resource)
  const doings: readonly Doing[] = [
    {
      action: 'list',
      method: 'get',
      parameters: listing,
      answer: listName(resource),
      description: `list or watch objects of kind ${kind}`,
    },
    {
      action: 'post',
      method: 'post',
      parameters: writing,
      body: bodyOf(name),
      answer: name,
      code: 201,
      description: `create a ${kind}`,
    },
    {
      action: 'deletecollection',
      method: 'delete',
      parameters: [...listing, ...deleting],
      body: bodyOf(optionsName, json, false),
      answer: listName(resource),
      description: `delete collection of ${kind}`,
    },
  ]
  return doings.map((doing) => operation(resource, '', doing))
}

/** Reading and writing one object, or what a subresource shows of it. */
const single = (resource: Resource, name: string, suffix: string, what: string): readonly Operation[] => {
  const doings: readonly Doing[] = [
    { action: 'get', method: 'get', parameters: [], answer: name, description: `read ${what}` },
    {
      action: 'put',
      method: 'put',
      parameters: writing,
      body: bodyOf(name),
      answer: name,
      description: `replace ${what}`,
    },
    {
      action: 'patch',
      method: 'patch',
      parameters: patching,
      body: bodyOf(patchName, patchTypes(resource)),
      answer: name,
      description: `partially update ${what}`,
    },
  ]
  return doings.map((doing) => operation(resource, suffix, doing))
}

const removal = (resource: Resource): Operation =>
  operation(resource, '', {
    action: 'delete',
    method: 'delete',
    parameters: deleting,
    body: bodyOf(optionsName, json, false),
    answer: componentName(resource),
    description: `delete a ${resource.kind}`,
  })

const inPath = (name: string, description: string): Parameter => ({ name, in: 'path', type: 'string', description })

const subresource = (resource: Resource, name: 'status' | 'scale'): readonly Operation[] => {
  const what = `${name} of the specified ${resource.kind}`
  if (name === 'status') return single(resource, componentName(resource), 'Status', what)
  const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' }
  return single(resource, scaleName, 'Scale', what).map((each) => ({ ...each, kind: scale }))
}

const ownSubresource = (resource: Resource, { name, verbs, kind, schema }: Subresource): readonly Operation[] => {
  if (!schema) return []
  const component = namedSchema(schema)
  const what = `${name} of the specified ${resource.kind}`
  const suffix = capitalized(name)
  if (!verbs.includes('create')) return single(resource, component, suffix, what)
  const doing: Doing = {
    action: 'post',
    method: 'post',
    parameters: writing,
    body: bodyOf(component),
    answer: component,
    code: 201,
    description: `create ${what}`,
  }
  return [{ ...operation(resource, suffix, doing), kind: kindOf(kind) }]
}

/** All paths of a resource, with what can be done there. */
export function pathsOf(resource: Resource): readonly Path[] {
  const { group, version, plural, namespaced, subresources, own = [], transient } = resource
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`
  const base = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`
  const around = [
    ...(namespaced ? [inPath('namespace', 'object name and auth scope, such as for teams and projects')] : []),
    pretty,
  ]
  const inObject = [inPath('name', `name of the ${resource.kind}`), ...around]
  const name = componentName(resource)
  const [, creation] = collection(resource)
  if (transient && creation) return [{ path: base, parameters: around, operations: [creation] }]
  const everywhere = collection(resource)
    .slice(0, 1)
    .map((each) => ({ ...each, id: `${each.id}ForAllNamespaces` }))
  return [
    ...(namespaced ? [{ path: `${root}/${plural}`, parameters: [pretty], operations: everywhere }] : []),
    { path: base, parameters: around, operations: collection(resource) },
    {
      path: `${base}/{name}`,
      parameters: inObject,
      operations: [...single(resource, name, '', `the specified ${resource.kind}`), removal(resource)],
    },
    ...subresources.map((each) => ({
      path: `${base}/{name}/${each}`,
      parameters: inObject,
      operations: subresource(resource, each),
    })),
    ...own
      .filter(({ schema }) => schema)
      .map((each) => ({
        path: `${base}/{name}/${each.name}`,
        parameters: inObject,
        operations: ownSubresource(resource, each),
      })),
  ]
}

/** The schema a body is sent in: patches may be anything. */
export const bodySchema = (name: string, refer: Refer): Json =>
  name === patchName ? { description: 'A patch, in the language its media type names.', type: 'object' } : refer(name)
