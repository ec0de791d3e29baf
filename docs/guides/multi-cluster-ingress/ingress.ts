import {
  again,
  type Controller,
  clusterKind,
  definePlugin,
  done,
  type Host,
  keyOf,
  type LoadBalancerStatus,
  type MultiClusterIngress,
  multiClusterIngressKind,
  type Outcome,
  on,
  resourceBindingKind,
  service,
  serviceKind,
  setCondition,
} from '@flotilla/sdk'
import { configOf, type Place } from './haproxy.ts'
import { HaProxy } from './proxy.ts'
import { type Judgement, judge, siteOf } from './site.ts'
import { hearEndpoints, secretKind, worldOf } from './world.ts'

interface Options extends Place {
  /** The class of the ingresses it serves; those that say none are served, too. */
  readonly class: string
  /** Where the world reaches it. */
  readonly addresses: readonly string[]
}

const optionsOf = ({ options }: Host): Options => options as Options // the schema has checked them

/** Reloads are at least so far apart: each is a process. */
const pauseMs = 250

/** All ingresses are one site, so there is one key. */
const site = { name: 'site' }

const allOf = (host: Host): readonly MultiClusterIngress[] =>
  host
    .store(multiClusterIngressKind)
    .list()
    .filter(({ metadata, spec }) => {
      const { ingressClassName = optionsOf(host).class } = spec ?? {}
      return !metadata.deletionTimestamp && ingressClassName === optionsOf(host).class
    })

const around = (host: Host) => worldOf(host, optionsOf(host).tls !== undefined)

const judged = (host: Host) => judge(allOf(host), around(host))

function addressesOf(host: Host, { object }: service.Exposure): LoadBalancerStatus | undefined {
  const judgement = judged(host).find(({ ingress }) => ingress.metadata.uid === object.metadata.uid)
  if (!judgement) return undefined // one of another class, or no ingress: somebody else's
  return { ingress: judgement.refused ? [] : optionsOf(host).addresses.map((ip) => ({ ip })) }
}

const saying = (type: string, yes: string, problem: Judgement['refused']) =>
  problem
    ? ({ type, status: 'False', ...problem } as const)
    : ({ type, status: 'True', reason: type, message: yes } as const)

async function say(host: Host, { ingress, refused, unresolved }: Judgement, signal: AbortSignal): Promise<void> {
  const before = ingress.status?.conditions
  const conditions = [
    saying('Accepted', 'the proxy serves it', refused),
    saying('ResolvedRefs', 'every backend and certificate is there', refused ?? unresolved),
  ].reduce((all, each) => setCondition(all, each, host.now()), before)
  if (conditions === before) return
  const body = { status: { conditions } }
  await host.client.patch(multiClusterIngressKind, keyOf(ingress), { type: 'merge', body }, { subresource: 'status', signal }) // biome-ignore format: one call
}

function controllerOf(host: Host): Controller {
  const world = around(host)
  const proxy = new HaProxy(optionsOf(host).directory)
  let next = 0

  async function serve(signal: AbortSignal): Promise<Outcome> {
    const left = next - Date.now()
    if (left > 0) return again(left)
    const all = judged(host)
    const { config, files } = configOf(siteOf(all, world), optionsOf(host))
    if (await proxy.use(config, files, signal)) next = Date.now() + pauseMs
    await Promise.all(all.map((each) => say(host, each, signal)))
    return done
  }

  return host
    .controller('haproxy')
    .watches(multiClusterIngressKind, () => [site])
    .watches(serviceKind, () => [site])
    .watches(resourceBindingKind, ({ before, after }) =>
      (after ?? before)?.spec.resource.kind === 'Service' ? [site] : [],
    )
    .watches(clusterKind, () => [site])
    .watches(secretKind, ({ before, after }) => ((after ?? before)?.data?.['tls.crt'] ? [site] : []))
    .hears((tell) => {
      const end = hearEndpoints(host, () => tell(site))
      tell(site)
      return () => {
        end()
        void proxy.end()
      }
    })
    .workers(1)
    .reconcile((_, __, signal) => serve(signal))
}

const strings = { type: 'array', items: { type: 'string' }, minItems: 1 }

export const plugin = definePlugin({
  name: 'haproxy-ingress',
  host: '>=0.1.0 <1',
  schema: {
    type: 'object',
    required: ['class', 'bind', 'addresses', 'directory'],
    properties: {
      class: { type: 'string' },
      bind: { type: 'string' },
      tls: { type: 'string' },
      addresses: strings,
      directory: { type: 'string' },
    },
    additionalProperties: false,
  },
  extensions: (host) => [on(service.expose, (exposure) => addressesOf(host, exposure))],
  controllers: (host) => [controllerOf(host)],
})
