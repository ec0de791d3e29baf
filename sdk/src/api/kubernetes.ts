import type { Condition, LabelSelector, LabelSelectorRequirement, Taint, Toleration } from '../manifest.ts'
import {
  int32,
  int64,
  list,
  mapOf,
  object,
  quantity,
  required,
  type Schema,
  stringMap,
  text,
  texts,
  time,
  word,
} from '../schema.ts'

/** A rule about a node's labels or fields. */
export interface NodeSelectorRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  readonly values?: readonly string[]
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly NodeSelectorRequirement[]
  readonly matchFields?: readonly NodeSelectorRequirement[]
}

/** Nodes that satisfy any of the terms. */
export interface NodeSelector {
  readonly nodeSelectorTerms: readonly NodeSelectorTerm[]
}

/** A namespaced object by name, where the kind is known. */
export interface NamespacedName {
  readonly namespace: string
  readonly name: string
}

export interface LoadBalancerPort {
  readonly port: number
  readonly protocol: string
  /** Why it does not work, in one CamelCase word. */
  readonly error: string
}

export interface LoadBalancerIngress {
  readonly ip?: string
  readonly hostname?: string
  readonly ipMode?: string
  readonly ports?: readonly LoadBalancerPort[]
}

/** Where a load balancer is reached. */
export interface LoadBalancerStatus {
  readonly ingress?: readonly LoadBalancerIngress[]
}

/** What Kubernetes takes for a CamelCase reason. */
export const reasonPattern = '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$'

const qualifiedName =
  '^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$'

const labelRequirement = object<LabelSelectorRequirement>('A rule about one label.', {
  key: required(text('Key of the label.')),
  operator: required(text('In, NotIn, Exists or DoesNotExist.')),
  values: texts('Values for In and NotIn.', { atomic: true }),
})

export const labelSelectorSchema = (description: string): Schema =>
  object<LabelSelector>(
    description,
    {
      matchLabels: stringMap('Labels that must have exactly these values.'),
      matchExpressions: list('Rules that must all hold.', labelRequirement, { atomic: true }),
    },
    { atomic: true },
  )

const resourceAmount = quantity('An amount, such as 500m or 1Gi.')

/** A `ResourceList`. */
export const resourceListSchema = (description: string): Schema => mapOf(description, resourceAmount)

export const tolerationSchema = object<Toleration>('A taint that is tolerated.', {
  key: text('Key of the taint; empty with Exists tolerates all.'),
  operator: text('Equal (the default) or Exists.'),
  value: text('Value of the taint, with Equal.'),
  effect: text('NoSchedule, PreferNoSchedule or NoExecute; empty is all of them.'),
  tolerationSeconds: int64('How long NoExecute is tolerated; unset is forever, zero or less is not at all.'),
})

export const taintSchema = object<Taint>('Keeps away what does not tolerate it.', {
  key: required(text('Key of the taint.')),
  value: text('Value of the taint.'),
  effect: required(word('What happens to what does not tolerate it.', ['NoSchedule', 'NoExecute'])),
  timeAdded: time('When the taint was added; set by the server for NoExecute.'),
})

const conditionSchema = object<Condition>('One aspect of the current state.', {
  type: required(text('Type of the condition, in CamelCase.', { maxLength: 316, pattern: qualifiedName })),
  status: required(word('Whether it holds.', ['True', 'False', 'Unknown'])),
  reason: required(
    text('Why, in one CamelCase word for programs.', { minLength: 1, maxLength: 1024, pattern: reasonPattern }),
  ),
  message: required(text('Why, in words for people.', { maxLength: 32768 })),
  lastTransitionTime: required(time('When the status last changed.')),
  observedGeneration: int64('Generation of the object this was said about.', { minimum: 0 }),
})

/** Standard conditions. `keyed`: server-side apply merges them by type. */
export const conditionsSchema = (description: string, { keyed = false } = {}): Schema =>
  list(description, conditionSchema, keyed ? { key: 'type' } : {})

const nodeRequirement = object<NodeSelectorRequirement>('A rule about one label or field.', {
  key: required(text('Key of the label, or path of the field.')),
  operator: required(text('In, NotIn, Exists, DoesNotExist, Gt or Lt.')),
  values: texts('Values for the operators that need some.', { atomic: true }),
})

const nodeSelectorTerm = object<NodeSelectorTerm>(
  'All rules must hold.',
  {
    matchExpressions: list('Rules about labels of the node.', nodeRequirement, { atomic: true }),
    matchFields: list('Rules about fields of the node.', nodeRequirement, { atomic: true }),
  },
  { atomic: true },
)

export const nodeSelectorSchema = (description: string): Schema =>
  object<NodeSelector>(
    description,
    { nodeSelectorTerms: required(list('Terms of which one must hold.', nodeSelectorTerm, { atomic: true })) },
    { atomic: true },
  )

export const namespacedNameSchema = (description: string): Schema =>
  object<NamespacedName>(description, {
    namespace: required(text('Namespace of the object.')),
    name: required(text('Name of the object.')),
  })

const loadBalancerPorts = list(
  'State of the ports.',
  object<LoadBalancerPort>('State of one port.', {
    port: required(int32('Number of the port.')),
    protocol: required(text('TCP, UDP or SCTP.')),
    error: required(
      text('Why the port does not work, in one CamelCase word.', { maxLength: 316, pattern: qualifiedName }),
    ),
  }),
  { atomic: true },
)

const loadBalancerAddress: Readonly<Record<'ip' | 'hostname' | 'ports', Schema>> = {
  ip: text('Address, of balancers that have one.'),
  hostname: text('Host name, of balancers that have one.'),
  ports: loadBalancerPorts,
}

const loadBalancer = (ingress: Schema): Schema =>
  object<LoadBalancerStatus>('Where the load balancer is reached.', {
    ingress: list('Its points of ingress.', ingress, { atomic: true }),
  })

export const serviceLoadBalancerSchema = loadBalancer(
  object<LoadBalancerIngress>('A point of ingress.', {
    ...loadBalancerAddress,
    ipMode: text('VIP or Proxy: how the load balancer hands on traffic to the address.'),
  }),
)

export const ingressLoadBalancerSchema = loadBalancer(
  object<Omit<LoadBalancerIngress, 'ipMode'>>('A point of ingress.', loadBalancerAddress),
)
