import { JSON } from 'json-as'
import { answer, argument, integerAt, objectAt, setAt, valueAt } from './flotilla/flotilla'
import { Aggregation, Needs, Reflection, Revision, Template } from './flotilla/interpret'

function wanted(manifest: JSON.Obj): i64 {
  return integerAt(manifest, ['spec', 'replicas'], 1)
}

export function interpretReplicas(): i32 {
  const needs = new Needs()
  needs.replicas = <i32>wanted(argument<Template>().manifest)
  return answer<Needs>(needs)
}

export function interpretReviseReplicas(): i32 {
  const question = argument<Revision>()
  setAt<i32>(question.manifest, ['spec', 'replicas'], question.replicas)
  return answer<JSON.Obj>(question.manifest)
}

export function interpretHealth(): i32 {
  const manifest = argument<Template>().manifest
  const isReported = objectAt(manifest, ['status']) !== null
  const ready = integerAt(manifest, ['status', 'readyReplicas'], 0)
  return answer<string>(isReported && ready >= wanted(manifest) ? 'Healthy' : 'Unhealthy')
}

export function interpretStatus(): i32 {
  const status = objectAt(argument<Template>().manifest, ['status'])
  const reflection = new Reflection()
  if (status !== null) {
    const kept = new JSON.Obj()
    const names = ['replicas', 'readyReplicas']
    for (let i = 0; i < names.length; i++) {
      const value = valueAt(status, [names[i]])
      if (value !== null) kept.set<JSON.Value>(names[i], value)
    }
    reflection.status = JSON.Value.from<JSON.Obj>(kept)
  }
  return answer<Reflection>(reflection)
}

function sumOf(question: Aggregation, name: string): i64 {
  let sum: i64 = 0
  for (let i = 0; i < question.items.length; i++) {
    const status = question.items[i].status
    if (status !== null && status.type === JSON.Types.Object) sum += integerAt(status.get<JSON.Obj>(), [name], 0)
  }
  return sum
}

export function interpretAggregate(): i32 {
  const question = argument<Aggregation>()
  const status = new JSON.Obj()
  status.set<i64>('replicas', sumOf(question, 'replicas'))
  status.set<i64>('readyReplicas', sumOf(question, 'readyReplicas'))
  question.template.set<JSON.Obj>('status', status)
  return answer<JSON.Obj>(question.template)
}
