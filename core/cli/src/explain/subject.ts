import { type Claim, claimOf } from '@flotilla/core'
import type { ServedKind } from '@flotilla/kube'
import {
  type Binding,
  bindingName,
  clusterResourceBindingKind,
  type Key,
  type Kind,
  keyOf,
  keyText,
  type Manifest,
  type Reference,
  resourceBindingKind,
  serviceKind,
} from '@flotilla/sdk'
import type { Control } from '../plan/control.ts'
import { kindNamed } from '../plan/kind.ts'

/** What a person asks about: a template and its binding, as far as they are there. */
export interface Subject {
  readonly object: Reference
  readonly kind?: ServedKind
  readonly template?: Manifest
  readonly binding?: Binding
  readonly claim?: Claim
}

const bindingKinds: readonly Kind<Binding>[] = [resourceBindingKind, clusterResourceBindingKind]

const keyIn = ({ namespace }: Control, { scope }: Pick<Kind, 'scope'>, name: string): Key =>
  scope === 'Namespaced' ? { namespace, name } : { name }

export const isService = ({ apiVersion, kind }: Pick<Reference, 'apiVersion' | 'kind'>): boolean =>
  apiVersion === serviceKind.apiVersion && kind === serviceKind.kind

const missing = (kind: ServedKind, key: Key): Error => new Error(`there is no ${kind.kind} ${keyText(key)}`)

async function ofBinding(control: Control, kind: Kind<Binding>, key: Key, signal: AbortSignal): Promise<Subject> {
  const binding = await control.client.get(kind, key, { signal })
  if (!binding) throw new Error(`there is no ${kind.kind} ${keyText(key)}`)
  const { apiVersion, kind: of, ...resource } = binding.spec.resource
  const object: Reference = { apiVersion, kind: of, ...keyOf({ metadata: resource }) }
  const templates = await control.discovery.find(apiVersion, of)
  const template = templates && (await control.client.get(templates, keyOf({ metadata: resource }), { signal }))
  const claim = claimOf(binding)
  return {
    object,
    ...(templates && { kind: templates }),
    ...(template && { template }),
    binding,
    ...(claim && { claim }),
  }
}

async function ofTemplate(control: Control, kind: ServedKind, key: Key, signal: AbortSignal): Promise<Subject> {
  const template = await control.client.get(kind, key, { signal })
  const object = { apiVersion: kind.apiVersion, kind: kind.kind, ...key }
  if (!template && isService(object)) return { object, kind } // it may be in members alone
  if (!template) throw missing(kind, key)
  const own = key.namespace === undefined ? clusterResourceBindingKind : resourceBindingKind
  const binding = await control.client.get(own, { ...key, name: bindingName(kind.kind, key.name) }, { signal })
  const claim = claimOf(binding ?? template) ?? claimOf(template)
  return { object, kind, template, ...(binding && { binding }), ...(claim && { claim }) }
}

/** Finds what a person means: a template, or its binding. Throws when there is none. */
export async function subjectNamed(
  control: Control,
  type: string,
  name: string,
  signal: AbortSignal,
): Promise<Subject> {
  const kind = await kindNamed(control, type)
  const own = bindingKinds.find(({ plural, apiVersion }) => kind.plural === plural && kind.apiVersion === apiVersion)
  const key = keyIn(control, kind, name)
  return own ? ofBinding(control, own, key, signal) : ofTemplate(control, kind, key, signal)
}
