export { namedDependencies, podDependencies } from './dependencies.ts'
export { needs, resourceRequest } from './requirements.ts'
export type { Container, Named, PodSpec, PodTemplate, Volume } from './template.ts'
