import type { Admission, AdmissionRequest } from './admission.ts'

/** What one kind goes through on its way in; what others go through is nothing. Throws the refusal. */
export type Step = (request: AdmissionRequest) => AdmissionRequest['manifest']

/** Steps by `resource.group`: for most kinds there is nothing to do but to look. */
export const byResource =
  (steps: Readonly<Record<string, readonly Step[]>>): Admission =>
  async (request) => {
    const { resource, subresource } = request
    const id = resource.group ? `${resource.plural}.${resource.group}` : resource.plural
    const own = Object.hasOwn(steps, id) && !subresource ? steps[id] : undefined
    if (!own) return request
    return { manifest: own.reduce((manifest, step) => step({ ...request, manifest }), request.manifest) }
  }
