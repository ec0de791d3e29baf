import type { Resource } from '../resource.ts'
import { type Group, kind } from './kind.ts'

const authentication: Group = {
  group: 'authentication.k8s.io',
  version: 'v1',
  schemas: 'io.k8s.api.authentication.v1',
}
const authorization: Group = { group: 'authorization.k8s.io', version: 'v1', schemas: 'io.k8s.api.authorization.v1' }

const transient = true
const scope = 'Cluster'

/** Questions of who someone is and what they may do. They are answered, not kept. */
export const reviews: readonly Resource[] = [
  kind(authentication, 'TokenReview', 'tokenreviews', { transient, scope }),
  kind(authentication, 'SelfSubjectReview', 'selfsubjectreviews', { transient, scope }),
  kind(authorization, 'SubjectAccessReview', 'subjectaccessreviews', { transient, scope }),
  kind(authorization, 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', { transient, scope }),
  kind(authorization, 'LocalSubjectAccessReview', 'localsubjectaccessreviews', { transient }),
  kind(authorization, 'SelfSubjectRulesReview', 'selfsubjectrulesreviews', { transient, scope }),
]
