import { type Binding, type FederatedResourceQuota, fieldAt } from '@flotilla/sdk'

/** Ours: on a quota, the priority classes it is about, by comma; `''` is no class. By default all. */
export const priorityClassesAnnotation = 'quota.flotilla.dev/priority-classes'

/** The priority class of its pods; the binding may not have been looked at yet. */
function classOf({ spec }: Binding): unknown {
  const components: unknown = spec.components
  const [component]: readonly unknown[] = Array.isArray(components) ? components : []
  const of = ['replicaRequirements', 'priorityClassName']
  return fieldAt(spec, of) ?? fieldAt(component, of) ?? ''
}

/** Whether a quota is about a binding of its namespace. */
export function isAbout({ metadata }: FederatedResourceQuota, binding: Binding): boolean {
  const classes = metadata.annotations?.[priorityClassesAnnotation]
  if (classes === undefined) return true
  return classes.split(',').some((name) => name.trim() === classOf(binding))
}
