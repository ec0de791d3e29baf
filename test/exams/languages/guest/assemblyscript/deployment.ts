// The interpreter in AssemblyScript, on the bindings that the sdk brings.
import { JSON } from 'json-as'
import { answer, argument, integerAt, objectAt, objectsAt, setAt, textAt } from './flotilla/flotilla'
import { Aggregation, Dependency, Needs, Reflection, ReplicaRequirements, Retention, Revision, Template } from './flotilla/interpret'

const counters = ['replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas']

export function interpretReplicas(): i32 {
  const manifest = argument<Template>().manifest
  const needs = new Needs()
  needs.replicas = <i32>integerAt(manifest, ['spec', 'replicas'], 0)
  const containers = objectsAt(manifest, ['spec', 'template', 'spec', 'containers'])
  if (containers.length > 0) {
    const requests = objectAt(containers[0], ['resources', 'requests'])
    if (requests !== null) {
      const request = new Map<string, JSON.Value>()
      const names = requests.keys()
      for (let i = 0; i < names.length; i++) request.set(names[i], requests.get(names[i])!)
      const requirements = new ReplicaRequirements()
      requirements.resourceRequest = request
      needs.requirements = requirements
    }
  }
  return answer<Needs>(needs)
}

export function interpretReviseReplicas(): i32 {
  const revision = argument<Revision>()
  setAt<i32>(revision.manifest, ['spec', 'replicas'], revision.replicas)
  return answer<JSON.Obj>(revision.manifest)
}

export function interpretRetain(): i32 {
  const retention = argument<Retention>()
  const desired = retention.desired
  if (textAt(desired, ['metadata', 'labels', 'resourcetemplate.karmada.io/retain-replicas']) == 'true')
    setAt<i64>(desired, ['spec', 'replicas'], integerAt(retention.observed, ['spec', 'replicas'], 0))
  return answer<JSON.Obj>(desired)
}

function put(object: JSON.Obj, name: string, count: i64): void {
  if (count != 0) object.set<i64>(name, count)
}

export function interpretStatus(): i32 {
  const manifest = argument<Template>().manifest
  const reflection = new Reflection()
  const observed = objectAt(manifest, ['status'])
  if (observed === null) return answer<Reflection>(reflection)
  const status = new JSON.Obj()
  put(status, 'generation', integerAt(manifest, ['metadata', 'generation'], 0))
  const generation = textAt(manifest, ['metadata', 'annotations', 'resourcetemplate.karmada.io/generation'])
  if (generation != '') put(status, 'resourceTemplateGeneration', I64.parseInt(generation))
  put(status, 'observedGeneration', integerAt(observed, ['observedGeneration'], 0))
  for (let i = 0; i < counters.length; i++) put(status, counters[i], integerAt(observed, [counters[i]], 0))
  reflection.status = JSON.Value.from<JSON.Obj>(status)
  return answer<Reflection>(reflection)
}

export function interpretHealth(): i32 {
  const manifest = argument<Template>().manifest
  const updated = integerAt(manifest, ['status', 'updatedReplicas'], 0)
  const isHealthy =
    integerAt(manifest, ['status', 'observedGeneration'], 0) == integerAt(manifest, ['metadata', 'generation'], 0) &&
    updated >= integerAt(manifest, ['spec', 'replicas'], 0) &&
    integerAt(manifest, ['status', 'availableReplicas'], 0) >= updated
  return answer<string>(isHealthy ? 'Healthy' : 'Unhealthy')
}

export function interpretAggregate(): i32 {
  const aggregation = argument<Aggregation>()
  const template = aggregation.template
  const items = aggregation.items
  const generation = integerAt(template, ['metadata', 'generation'], 0)
  const sums = new Array<i64>(counters.length)
  let seen = 0
  for (let i = 0; i < items.length; i++) {
    const value = items[i].status
    if (value === null || value.type !== JSON.Types.Object) continue
    const status = value.get<JSON.Obj>()
    for (let j = 0; j < counters.length; j++) sums[j] += integerAt(status, [counters[j]], 0)
    const isSeen = integerAt(status, ['observedGeneration'], 0) >= integerAt(status, ['generation'], 0)
    if (isSeen && integerAt(status, ['resourceTemplateGeneration'], 0) >= generation) seen++
  }
  const status = new JSON.Obj()
  const before = integerAt(template, ['status', 'observedGeneration'], 0)
  put(status, 'observedGeneration', seen == items.length ? generation : before)
  for (let j = 0; j < counters.length; j++) put(status, counters[j], sums[j])
  setAt<JSON.Obj>(template, ['status'], status)
  return answer<JSON.Obj>(template)
}

function add(found: Dependency[], kind: string, namespace: string, name: string): void {
  if (name == '') return
  const dependency = new Dependency()
  dependency.apiVersion = 'v1'
  dependency.kind = kind
  dependency.namespace = namespace
  dependency.name = name
  found.push(dependency)
}

export function interpretDependencies(): i32 {
  const manifest = argument<Template>().manifest
  const namespace = textAt(manifest, ['metadata', 'namespace'])
  const pod = objectAt(manifest, ['spec', 'template', 'spec'])
  const found: Dependency[] = []
  if (pod === null) return answer<Dependency[]>(found)
  const containers = objectsAt(pod, ['containers'])
  for (let i = 0; i < containers.length; i++) {
    const sources = objectsAt(containers[i], ['envFrom'])
    for (let j = 0; j < sources.length; j++)
      add(found, 'ConfigMap', namespace, textAt(sources[j], ['configMapRef', 'name']))
  }
  const volumes = objectsAt(pod, ['volumes'])
  for (let i = 0; i < volumes.length; i++)
    add(found, 'Secret', namespace, textAt(volumes[i], ['secret', 'secretName']))
  const account = textAt(pod, ['serviceAccountName'])
  add(found, 'ServiceAccount', namespace, account == 'default' ? '' : account)
  return answer<Dependency[]>(found)
}
