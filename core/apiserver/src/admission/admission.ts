import type { User } from '@flotilla/kube'
import type { Manifest, Status } from '@flotilla/sdk'
import type { Resource } from '../resource.ts'

/** Someone wants to write. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly resource: Resource
  readonly subresource?: string
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string
  readonly name: string
  /** What would be written; for a deletion, what would go. */
  readonly manifest: Manifest
  /** What an update would replace. */
  readonly before?: Manifest
  readonly user: User
  readonly dryRun: boolean
  /** Adds to what the audit log says. */
  readonly annotate?: (key: string, value: string) => void
}

/** Yes, with what is to be written in the end; `warnings` are shown to the user. */
export interface Admitted {
  readonly manifest: Manifest
  readonly warnings?: readonly string[]
}

/** Asked before every write, after defaults and before validation. A `Status` refuses it and is the answer. */
export type Admission = (request: AdmissionRequest) => Promise<Admitted | Status>

export const isAdmitted = (answer: Admitted | Status): answer is Admitted => 'manifest' in answer

/** Everyone is asked in turn, about what the one before made of it; the first refusal ends it. */
export const chain =
  (admissions: readonly Admission[]): Admission =>
  async (request) => {
    let { manifest } = request
    const warnings: string[] = []
    for (const admit of admissions) {
      const answer = await admit({ ...request, manifest })
      if (!isAdmitted(answer)) return answer
      manifest = answer.manifest
      warnings.push(...(answer.warnings ?? []))
    }
    return { manifest, warnings }
  }
