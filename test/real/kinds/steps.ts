import type { Step } from '../answers.ts'
import { type Case, changed, type Kind, patchOf } from './kind.ts'

export interface Asked {
  readonly step: Step
}

const named = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

const withName = (object: Kind['object'], name: string): Kind['object'] => ({
  ...object,
  metadata: { ...object.metadata, name },
})

/** Takes finalizers away, which a controller would. */
const freed = (place: string): Step => ({
  name: 'nothing keeps it',
  method: 'PATCH',
  path: place,
  body: [{ op: 'add', path: '/metadata/finalizers', value: [] }],
})

function madeSteps({ path, object, guarded }: Kind, [name, change]: Case): readonly Step[] {
  const called = change['metadata.name'] ?? object.metadata.name ?? named(name)
  const body = changed(withName(object, String(called)), change)
  const place = `${path}/${called}`
  return [
    { name, method: 'POST', path, body },
    { name: `${name}, read`, method: 'GET', path: place },
    ...(guarded ? [freed(place)] : []),
    { name: `${name}, deleted`, method: 'DELETE', path: place, body: { propagationPolicy: 'Background' } },
  ]
}

const triedStep = ({ path, object }: Kind, [name, change]: Case): Step => ({
  name,
  method: 'POST',
  path: `${path}?dryRun=All`,
  body: changed(object, change),
})

function updateSteps({ path, object, guarded, updates = [] }: Kind): readonly Step[] {
  if (updates.length === 0) return []
  const { name } = object.metadata
  const steps = updates.map(([what, change, subresource]): Step => {
    const place = `${path}/${name}${subresource ? `/${subresource}` : ''}`
    return { name: `update: ${what}`, method: 'PATCH', path: place, body: patchOf(change) }
  })
  return [
    { name: 'what is updated', method: 'POST', path, body: object },
    ...(guarded ? [freed(`${path}/${name}`)] : []),
    ...steps,
    { name: 'the end', method: 'DELETE', path: `${path}/${name}`, body: { propagationPolicy: 'Background' } },
  ]
}

/** What servers are asked about a kind, in this order. */
export const stepsOf = (kind: Kind): readonly Asked[] =>
  [
    ...(kind.made ?? []).flatMap((each) => madeSteps(kind, each)),
    ...(kind.tried ?? []).map((each) => triedStep(kind, each)),
    ...updateSteps(kind),
  ].map((step) => ({ step }))
