import { type Index, type Manifest, matchesLabels, type Store } from '@flotilla/sdk'
import type { Pod } from '../api/pod.ts'
import type { Service } from '../api/service.ts'
import { hasEndpoints } from './endpoints.ts'

const labelText = ({ metadata: { namespace = '' } }: Manifest, [name, value]: readonly [string, string]): string =>
  `${namespace}/${name}=${value}`

const labelsOf = (object: Manifest): readonly string[] =>
  Object.entries(object.metadata.labels ?? {}).map((label) => labelText(object, label))

/** The first label a service selects by: whoever is behind it has that label at least. */
function firstOf(service: Service): string | undefined {
  const [first] = Object.entries(service.spec.selector ?? {})
  return first && hasEndpoints(service) ? labelText(service, first) : undefined
}

const podsByLabel: Index<Pod> = { name: 'label', values: labelsOf }

const servicesByLabel: Index<Service> = {
  name: 'label',
  values: (service) => {
    const first = firstOf(service)
    return first === undefined ? [] : [first]
  },
}

const selects = ({ spec: { selector = {} } }: Service, { metadata: { labels } }: Pod): boolean =>
  matchesLabels({ matchLabels: selector }, labels)

/** The pods a service selects, in its namespace. */
export function podsBehind(pods: Store<Pod>, service: Service): readonly Pod[] {
  const first = firstOf(service)
  return first === undefined ? [] : pods.by(podsByLabel, first).filter((pod) => selects(service, pod))
}

/** The services that select a pod. */
export const servicesBefore = (services: Store<Service>, pod: Pod): readonly Service[] =>
  labelsOf(pod).flatMap((label) => services.by(servicesByLabel, label).filter((service) => selects(service, pod)))
