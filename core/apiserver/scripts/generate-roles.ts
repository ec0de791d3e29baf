/**
 * Writes the roles and bindings every cluster begins with, as a kube-apiserver of today lays them down: `KUBECONFIG` names a new one, with the
 * controller that aggregates ClusterRoles beside it. The roles of Kubernetes' own controllers are left out: none of them runs here.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Found {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly [field: string]: unknown
}

const bootstrapping = 'kubernetes.io/bootstrapping'
const kinds = 'clusterroles,clusterrolebindings,roles,rolebindings'

const said = execFileSync('kubectl', ['get', kinds, '-A', '-o', 'json', '-l', `${bootstrapping}=rbac-defaults`], {
  encoding: 'utf8',
  maxBuffer: 2 ** 26,
})
const { items } = JSON.parse(said) as { readonly items: readonly Found[] }

const isOfController = ({ metadata }: Found): boolean => metadata.name.startsWith('system:controller:')

const plain = ({ kind, metadata, apiVersion: _, ...rest }: Found): object => {
  const { name, namespace, labels = {} } = metadata
  const others = Object.fromEntries(Object.entries(labels).filter(([label]) => label !== bootstrapping))
  const hasOthers = Object.keys(others).length > 0
  return { kind, metadata: { name, ...(namespace && { namespace }), ...(hasOthers && { labels: others }) }, ...rest }
}

const lines = items.filter((each) => !isOfController(each)).map((each) => JSON.stringify(plain(each)))
writeFileSync(join(import.meta.dirname, '../schemas/roles.json'), `[\n${lines.join(',\n')}\n]\n`)
