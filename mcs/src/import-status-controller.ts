import {
  type Binding,
  bindingName,
  type Change,
  type Controller,
  done,
  type EndpointSlice,
  endpointSliceKind,
  type Host,
  type Key,
  type Kind,
  keyOf,
  keyText,
  type Manifest,
  resourceBindingKind,
  type Service,
  serviceExportKind,
  serviceImportKind,
  serviceKind,
  type Work,
  workKind,
} from '@flotilla/sdk'
import { importOfDerived } from './derived-service.ts'
import { exportConditions, type ImportFacts, importConditions } from './import-status.ts'
import { byImportedName, derivedName, importedKey, isExported, isImportedName, isOurs } from './imported-slices.ts'
import { refusals } from './refusals.ts'
import { collectedByService, serviceOfSlice, sliceOf } from './slices.ts'
import { sayAll } from './writing.ts'

const serviceOf = (work: Work | undefined): Key | undefined => {
  const slice = work && isExported(work) ? sliceOf(work) : undefined
  return slice && serviceOfSlice(slice)
}

/** A slice that comes, goes, or changes its Service. Its endpoints are of no interest here. */
const touchedByWork = ({ before, after, initial }: Change<Work>): readonly Key[] => {
  const [old, now] = [serviceOf(before), serviceOf(after)]
  if (initial || (old && now && keyText(old) === keyText(now))) return []
  return [old, now].filter((key) => key !== undefined)
}

/** What of a binding is said of what it brings. */
const sayingOf = (binding: Binding | undefined): string | undefined =>
  binding && `${(binding.spec.clusters?.length ?? 0) > 0} ${refusals(binding, '')}`

/** Says on ServiceExports and ServiceImports of the control plane what became of them. */
export function importStatusController(host: Host): Controller {
  const exports = host.store(serviceExportKind)
  const imports = host.store(serviceImportKind)
  const services = host.store(serviceKind)
  const slices = host.store(endpointSliceKind)
  const bindings = host.store(resourceBindingKind)
  const works = host.store(workKind)

  const concerns = (key: Key): boolean => exports.get(key) !== undefined || imports.get(key) !== undefined

  const isTaken = (key: Key): boolean => {
    const slice = slices.get(key)
    return slice !== undefined && !isOurs(slice)
  }

  function factsOf(key: Key): ImportFacts {
    const { namespace = '', name } = key
    const collected = works.by(collectedByService, keyText(key)).filter(isExported)
    const names = collected.flatMap((work) => importedKey(work) ?? [])
    const of = ({ kind }: Kind<unknown>, name: string) => bindings.get({ namespace, name: bindingName(kind, name) })
    const exported = of(serviceExportKind, name)
    return {
      exported: exports.get(key),
      imported: imports.get(key),
      template: services.get(key),
      derived: services.get({ namespace, name: derivedName(name) }),
      isAsked: (exported?.spec.clusters?.length ?? 0) > 0,
      isCollected: collected.length > 0,
      taken: names.filter(isTaken).map(keyText),
      bindings: {
        exported,
        imported: of(serviceImportKind, name),
        derived: of(serviceKind, derivedName(name)),
        slices: names.flatMap((slice) => of(endpointSliceKind, slice.name) ?? []),
      },
    }
  }

  /** Of an imported slice, or one that has the name of one: the Services it is about. */
  const behind = (slice: EndpointSlice): readonly Key[] => {
    const of = isOurs(slice) ? serviceOfSlice(slice) : undefined
    const from = of && importOfDerived(of)
    return from ? [from] : works.by(byImportedName, keyText(keyOf(slice))).flatMap((work) => serviceOf(work) ?? [])
  }

  const touchedBySlice = ({ before, after, initial }: Change<EndpointSlice>): readonly Key[] => {
    const slice = (after ?? before) as EndpointSlice // a change has one or the other
    const isSame = before && after && isOurs(before) === isOurs(after)
    return initial || isSame || !isImportedName(slice) ? [] : behind(slice)
  }

  const touchedByBinding = ({ before, after, initial }: Change<Binding>): readonly Key[] => {
    if (initial || sayingOf(before) === sayingOf(after)) return []
    const { kind, namespace = '', name } = ((after ?? before) as Binding).spec.resource // a change has one or the other
    const key = { namespace, name }
    if (kind === serviceExportKind.kind || kind === serviceImportKind.kind) return [key]
    const slice = kind === endpointSliceKind.kind ? slices.get(key) : undefined
    const from = kind === serviceKind.kind ? importOfDerived(key) : undefined
    return slice && isImportedName(slice) ? behind(slice) : from ? [from] : []
  }

  const touchedByService = ({ before, after, initial }: Change<Service>): readonly Key[] => {
    const key = keyOf((after ?? before) as Service) // a change has one or the other
    const from = importOfDerived(key)
    return initial ? [] : [key, ...(from ? [from] : [])].filter(concerns)
  }

  return host
    .controller('import-status')
    .watches(serviceExportKind, ({ before, after }) => [keyOf((after ?? before) as Manifest)])
    .watches(serviceImportKind, ({ before, after }) => [keyOf((after ?? before) as Manifest)])
    .watches(serviceKind, touchedByService)
    .watches(endpointSliceKind, touchedBySlice)
    .watches(resourceBindingKind, touchedByBinding)
    .watches(workKind, touchedByWork)
    .reconcile(async (_, key, signal) => {
      if (!concerns(key)) return done
      const facts = factsOf(key)
      await Promise.all([
        sayAll(host, serviceExportKind, facts.exported, exportConditions(facts), signal),
        sayAll(host, serviceImportKind, facts.imported, importConditions(facts), signal),
      ])
      return done
    })
}
