import type { Client, Kind } from '@flotilla/sdk'
import type { Need } from './needs.ts'

const reviewKind: Kind = {
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  scope: 'Cluster',
}

interface Question {
  readonly group: string
  readonly resource: string
  readonly verb: string
  readonly namespace?: string
  readonly name?: string
}

async function isAllowed(client: Client, resourceAttributes: Question, signal: AbortSignal): Promise<boolean> {
  const { apiVersion, kind } = reviewKind
  const [resource, subresource] = resourceAttributes.resource.split('/')
  const asked = { ...resourceAttributes, resource, ...(subresource && { subresource }) }
  const review = { apiVersion, kind, metadata: { name: '' }, spec: { resourceAttributes: asked } }
  const { status } = await client.create(reviewKind, review, { signal })
  return (status as { readonly allowed: boolean }).allowed // a SelfSubjectAccessReview has one
}

const isEverything: Question = { group: '*', resource: '*', verb: '*' }

const questionsOf = (needs: readonly Need[]): readonly Question[] =>
  needs.flatMap(({ groups, resources, verbs, namespace, names: [name] = [] }) =>
    groups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.map((verb) => ({
          group,
          resource,
          verb,
          ...(namespace !== undefined && { namespace }),
          ...(name !== undefined && { name }),
        })),
      ),
    ),
  )

const resourceText = ({ group, resource, namespace, name }: Question): string => {
  if (namespace !== undefined) return `${resourceText({ group, resource, verb: '' })} in ${namespace}`
  if (group === '*') return 'resources of any kind'
  if (resource === '*') return `resources of ${group}`
  const text = group ? `${resource}.${group}` : resource
  return name === undefined ? text : `${text} ${name}`
}

/** What of it the API server would refuse us, for a person: `create, delete namespaces`. Empty when it refuses nothing. */
export async function lacking(client: Client, needs: readonly Need[], signal: AbortSignal): Promise<readonly string[]> {
  if (await isAllowed(client, isEverything, signal)) return []
  const questions = questionsOf(needs)
  const answers = await Promise.all(questions.map((question) => isAllowed(client, question, signal)))
  const refused = questions.filter((_, index) => !answers[index])
  const verbs = Map.groupBy(refused, resourceText)
  return [...verbs].map(([resource, asked]) => `${asked.map(({ verb }) => verb).join(', ')} ${resource}`)
}
