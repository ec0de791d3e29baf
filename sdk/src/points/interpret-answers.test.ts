import { deployment } from '../../testing/build.ts'
import type { Point } from '../point.ts'
import * as admit from './admit.ts'
import * as interpret from './interpret.ts'
import { judge, type Table } from './judge.test-support.ts'
import { override } from './render.ts'

const web = deployment({ name: 'web', replicas: 3 })

/** Holds itself: JSON never ends of it. */
const endless: { self?: unknown } = {}
endless.self = endless

const judged = <Arg>({ id, check }: Point<Arg, never, never> | Point<Arg, never, unknown>, arg: Arg, table: Table) =>
  judge(id, (answer) => check?.(answer, arg), table)

judged(
  interpret.replicas,
  { manifest: web },
  {
    'a number': [{ replicas: 3 }],
    'a number and what one needs': [
      { replicas: 0, requirements: { resourceRequest: { cpu: '500m', memory: 1 }, nodeClaim: {}, namespace: 'a' } },
    ],
    'a bare number': [3, /3 is not an object with replicas/],
    'fewer than none': [{ replicas: -1 }, /-1 replicas are not a whole number/],
    'a half one': [{ replicas: 1.5 }, /1\.5 replicas/],
    'no number': [{ replicas: Number.NaN }, /NaN replicas/],
    'a text': [{ replicas: '3' }, /"3" replicas/],
    'more than there can be': [{ replicas: 2 ** 31 }, /2147483648 replicas .* to 2147483647/],
    'an amount nobody can read': [
      { replicas: 1, requirements: { resourceRequest: { cpu: 'lots' } } },
      /resourceRequest\.cpu is "lots", which is not a quantity/,
    ],
    'an amount that is none': [{ replicas: 1, requirements: { resourceRequest: { cpu: {} } } }, /cpu is \{\}/],
    'requirements that are a list': [{ replicas: 1, requirements: [] }, /are an object, not \[\]/],
    'a claim that is a text': [{ replicas: 1, requirements: { nodeClaim: 'gpu' } }, /nodeClaim is an object/],
    'a claim that never ends': [{ replicas: 1, requirements: { nodeClaim: endless } }, /more than 100 levels deep/],
    'a class that is a number': [
      { replicas: 1, requirements: { priorityClassName: 1 } },
      /priorityClassName is a text/,
    ],
  },
)

judged(
  interpret.components,
  { manifest: web },
  {
    none: [[]],
    two: [
      [
        { name: 'master', replicas: 1 },
        { name: 'worker', replicas: 4, replicaRequirements: { resourceRequest: { cpu: 1 } } },
      ],
    ],
    'two of one name': [
      [
        { name: 'a', replicas: 1 },
        { name: 'a', replicas: 1 },
      ],
      /\[1\]: another component is called "a"/,
    ],
    'an object': [{}, /\{\} is not a list of components/],
    'one without a name': [[{ replicas: 1 }], /\[0\]: a component is an object with a name/],
    'one of fewer than none': [[{ name: 'a', replicas: -1 }], /\[0\]: -1 replicas/],
  },
)

const config = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' }

judged(
  interpret.dependencies,
  { manifest: web },
  {
    none: [[]],
    'by name, and by label': [
      [
        { ...config, name: 'a' },
        { ...config, labelSelector: { matchLabels: { app: 'web' } } },
      ],
    ],
    'an object': [{}, /is not a list of dependencies/],
    'a name alone': [['a'], /\[0\]: "a" is not an object/],
    'nothing that could be found': [[{ ...config }], /\[0\]: a dependency has a name or a labelSelector/],
    'nothing of a kind': [[{ name: 'a' }], /\[0\]: a dependency has an apiVersion and a kind/],
    'a name that is a number': [[{ ...config, name: 1 }], /\[0\]: name is a text, not 1/],
  },
)

judged(
  interpret.status,
  { manifest: web },
  {
    nothing: [{}],
    anything: [{ status: { replicas: 1, list: [null, true] } }],
    'a text': ['fine', /"fine" is not an object with a status/],
    'no number': [{ status: { load: [1, Number.NaN] } }, /status\.load\.1 is NaN, which JSON cannot say/],
    'what never ends': [{ status: endless }, /more than 100 levels deep/],
  },
)

judged(
  interpret.health,
  { manifest: web },
  {
    healthy: ['Healthy'],
    unhealthy: ['Unhealthy'],
    unknown: ['Unknown'],
    'another word': ['healthy', /"healthy" is none of Healthy, Unhealthy, Unknown/],
    'yes or no': [true, /true is none of/],
    nothing: [null, /null is none of/],
  },
)

const metadata = { ...web.metadata, labels: { changed: 'yes' } }

/** What may become of `web`, and what not. */
const changes: Table = {
  'the same': [web],
  'another in its spec': [{ ...web, metadata, spec: { replicas: 1 } }],
  nothing: [null, /null is not an object with metadata/],
  'a list': [[web], /is not an object with metadata/],
  'an object without metadata': [{ ...web, metadata: undefined }, /is not an object with metadata/],
  'another kind': [{ ...web, kind: 'DaemonSet' }, /kind is "DaemonSet" in place of "Deployment"/],
  'another version': [{ ...web, apiVersion: 'apps/v2' }, /apiVersion is "apps\/v2" in place of "apps\/v1"/],
  'another name': [{ ...web, metadata: { ...metadata, name: 'db' } }, /metadata\.name is "db" in place of "web"/],
  'another namespace': [
    { ...web, metadata: { ...metadata, namespace: 'kube-system' } },
    /metadata\.namespace is "kube-system" in place of "default"/,
  ],
  'a number that is none': [{ ...web, spec: { replicas: Number.NaN } }, /spec\.replicas is NaN/],
  'a function': [{ ...web, spec: { replicas: () => 1 } }, /spec\.replicas is .*, which JSON cannot say/],
  'what never ends': [{ ...web, spec: endless }, /more than 100 levels deep/],
}

judged(interpret.reviseReplicas, { manifest: web, replicas: 1 }, changes)
judged(interpret.retain, { desired: web, observed: { ...web, spec: {} } }, changes)
judged(interpret.aggregate, { template: web, items: [] }, changes)
judged(override, { manifest: web, cluster: { metadata: { name: 'a' } } as never, overriders: {} }, changes)

const admission: admit.Admission = {
  operation: 'CREATE',
  key: { namespace: 'default', name: 'web' },
  manifest: web,
  user: 'user',
  dryRun: false,
}

judged(admit.mutate, admission, changes)

judged(admit.refuse, admission, {
  'a message': [{ message: 'not on Fridays' }],
  'all there is to say': [
    { message: 'no', code: 422, reason: 'Invalid', causes: [{ field: 'spec', reason: 'Invalid', message: 'empty' }] },
  ],
  'a text': ['no', /a denial has a message/],
  'no message': [{ code: 403 }, /a denial has a message/],
  'a code that is none of a refusal': [{ message: 'no', code: 200 }, /the code 200 is none of an HTTP refusal/],
  'a reason that is a number': [{ message: 'no', reason: 1 }, /the reason 1 is not a text/],
  'a cause that is a text': [{ message: 'no', causes: ['spec'] }, /\[0\]: a cause has a reason and a message/],
  'causes that are none': [{ message: 'no', causes: {} }, /causes is a list/],
})
