import type { Manifest } from '@flotilla/sdk'
import { annotate } from '../annotations.ts'
import type { Authorize } from '../authorization.ts'
import { isDryRun } from '../dry-run.ts'
import { scaled, scaleOf } from '../object/scale.ts'
import type { Outside } from '../outside/line.ts'
import type { Registry } from '../registry/registry.ts'
import type { Request } from '../request.ts'
import type { Call } from '../target.ts'
import type { Admitted } from './admission.ts'
import { mutate, webhookMutator } from './mutate.ts'
import { Mutations } from './mutations.ts'
import { Policies } from './policies.ts'
import { Rights } from './rights.ts'
import { validate } from './validate.ts'
import { Webhooks } from './webhooks.ts'
import type { Operation, Write } from './write.ts'

const kinds: Readonly<Record<string, string>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
}

const optionsOf = ({ method, query }: Request): object => {
  const { fieldManager, fieldValidation, dryRun, force, propagationPolicy } = query
  return {
    kind: kinds[method],
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun && { dryRun: [dryRun] }),
    ...(method === 'PATCH' && force && { force: force === 'true' }),
    ...(method === 'DELETE' && propagationPolicy && { propagationPolicy }),
    ...(fieldManager && { fieldManager }),
    ...(fieldValidation && { fieldValidation }),
  }
}

/** What a write does: which object it leaves, in the place of which. */
export interface Change {
  readonly operation: Operation
  readonly object?: Manifest
  readonly before?: Manifest
  /** By default as the query says. */
  readonly dryRun?: boolean
}

const shown = ({ served, subresource }: Call, object: Manifest | undefined): Manifest | undefined =>
  object && subresource === 'scale' ? scaleOf(served, object) : object

const writeOf = (
  call: Call,
  { operation, object, before, dryRun = isDryRun(call.request) }: Change,
  authorize: Authorize | undefined,
): Write => {
  const { served, subresource, namespace, request } = call
  const [after, last] = [shown(call, object), shown(call, before)]
  return {
    operation,
    served,
    ...(subresource && { subresource }),
    ...(namespace !== undefined && { namespace }),
    name: (operation === 'CONNECT' ? call.name : (object ?? before)?.metadata.name) ?? '',
    ...(after && { object: after }),
    ...(last && { before: last }),
    user: request.user,
    dryRun,
    options: optionsOf(request),
    rights: new Rights(authorize),
    annotate: (key, value) => annotate(request, key, value),
  }
}

const nothing: readonly string[] = []

/** What users have set up to look at writes: their webhooks and policies. Without any of them a write costs nothing more. */
export class Gate {
  readonly #authorize: Authorize | undefined
  readonly #mutating: Webhooks
  readonly #validating: Webhooks
  readonly #policies: Policies
  readonly #mutations: Mutations

  /** `authorize`: says to expressions who may do what; without it everyone may do everything. */
  constructor(outside: Outside, registry: Registry, authorize?: Authorize) {
    this.#authorize = authorize
    this.#mutating = new Webhooks('mutatingwebhookconfigurations', true, outside, registry)
    this.#validating = new Webhooks('validatingwebhookconfigurations', false, outside, registry)
    this.#policies = new Policies(outside.objects, registry)
    this.#mutations = new Mutations(outside.objects, registry)
  }

  close(): void {
    this.#mutating.close()
    this.#validating.close()
    this.#policies.close()
    this.#mutations.close()
  }

  /** What becomes of an object before it is checked. Throws the refusal. */
  async change(call: Call, change: Change & { readonly object: Manifest }): Promise<Admitted> {
    const subject = { ...call, operation: change.operation }
    const [policies, hooks] = [this.#mutations.about(subject), this.#mutating.about(subject)]
    if (policies.length === 0 && hooks.length === 0) return { manifest: change.object }
    const write = writeOf(call, change, this.#authorize)
    const mutators = [...policies.map((each) => this.#mutations.mutator(each)), ...hooks.map(webhookMutator)]
    const { manifest, warnings = [] } = await mutate(write, write.object ?? change.object, mutators)
    if (call.subresource !== 'scale') return { manifest, warnings }
    return {
      manifest: manifest === write.object ? change.object : scaled(call.served, change.object, manifest),
      warnings,
    }
  }

  /** Looks at a write that is all right; answers what the user should hear. Throws the refusal. */
  async check(call: Call, change: Change): Promise<readonly string[]> {
    const { operation } = change
    const changing =
      operation === 'DELETE' || operation === 'CONNECT' ? this.#mutating.about({ ...call, operation }) : []
    const policies = this.#policies.about({ ...call, operation })
    const hooks = [...changing, ...this.#validating.about({ ...call, operation })]
    if (hooks.length === 0 && policies.length === 0) return nothing
    const write = writeOf(call, change, this.#authorize)
    return [...(await this.#policies.judge(write, policies)), ...(await validate(write, hooks))]
  }
}
