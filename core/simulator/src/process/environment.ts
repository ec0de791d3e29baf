import type { Container, Pod, Variable } from '../api/pod.ts'

/** What a container calls its machine. */
export const hostnameOf = ({ metadata, spec }: Pod): string => spec.hostname ?? metadata.name

const fields: Readonly<Record<string, (pod: Pod) => string | undefined>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  'metadata.uid': ({ metadata }) => metadata.uid,
  'spec.nodeName': ({ spec }) => spec.nodeName,
  'status.podIP': ({ status }) => status?.podIP,
  'status.hostIP': ({ status }) => status?.hostIP,
}

/** `$(NAME)` of what is known so far. */
const expanded = (value: string, known: ReadonlyMap<string, string>): string =>
  value.replaceAll(/\$\(([^)]+)\)/g, (whole, name) => known.get(name) ?? whole)

const said = ({ value, valueFrom }: Variable, pod: Pod): string | undefined => {
  const path = valueFrom?.fieldRef?.fieldPath
  return path === undefined ? value : fields[path]?.(pod)
}

/** The variables of a container that its Pod says; those from ConfigMaps and Secrets are not known here. */
export function environmentOf(pod: Pod, { env = [] }: Container): Map<string, string> {
  const known = new Map([
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOSTNAME', hostnameOf(pod)],
    ['HOME', '/root'],
  ])
  for (const variable of env) {
    const value = said(variable, pod) ?? (variable.valueFrom ? undefined : '')
    if (value !== undefined) known.set(variable.name, expanded(value, known))
  }
  return known
}
