import { Document, isScalar, visit } from 'yaml'
import { clusterNeeds, type Need } from './needs.ts'

const ruleOf = ({ groups, resources, verbs, names }: Need) => ({
  apiGroups: groups,
  resources,
  ...(names && { resourceNames: names }),
  verbs,
})

/** What is needed in two namespaces is one rule here. */
const roleOf = (name: string, needs: readonly Need[]): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules: [...new Map(needs.map((need) => [JSON.stringify(ruleOf(need)), ruleOf(need)])).values()],
})

/** For who runs the control plane. */
export const serveRole = 'flotilla'
/** For who lets clusters join and leave. */
export const clustersRole = 'flotilla-clusters'

/** A list of words stands in one line. */
function yaml(object: object): string {
  const document = new Document(object, { aliasDuplicateObjects: false })
  visit(document, {
    Seq(_, list) {
      if (list.items.every((item) => isScalar(item))) list.flow = true
    },
  })
  return document.toString({ lineWidth: 120, flowCollectionPadding: false })
}

/** The ClusterRoles that grant what is needed in a control plane, as YAML. */
export const clusterRoles = (needs: readonly Need[]): string =>
  [roleOf(serveRole, needs), roleOf(clustersRole, clusterNeeds)].map(yaml).join('---\n')
