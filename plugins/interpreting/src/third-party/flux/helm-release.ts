import { fieldAt, type interpret, type Manifest, pods } from '@flotilla/sdk'
import { ofKind } from '../../interpreter.ts'
import { fields, list, text } from '../../read.ts'
import { unique } from '../dependencies.ts'
import { statuses, sumsOfSome } from '../status.ts'
import { flux } from './flux.ts'
import { accountOf, secretsAt } from './references.ts'

const sources = list(fields({ kind: text, name: text }))

/** Its values come from ConfigMaps and Secrets. */
function values(object: Manifest): readonly interpret.Dependency[] {
  const all = sources(fieldAt(object.spec, ['valuesFrom'])) ?? []
  const of = (wanted: string) => all.filter(({ kind }) => kind === wanted).map(({ name }) => name)
  return ['ConfigMap', 'Secret'].flatMap((kind) => pods.namedDependencies(object, kind, of(kind)))
}

export const helmRelease = ofKind(
  { project: 'flux', apiVersion: 'helm.toolkit.fluxcd.io/v2beta1', kind: 'HelmRelease' },
  {
    ...flux({
      ready: ['ReconciliationSucceeded'],
      fields: [
        'failures',
        'helmChart',
        'installFailures',
        'lastAppliedRevision',
        'lastAttemptedRevision',
        'lastAttemptedValuesChecksum',
        'lastHandledReconcileAt',
        'lastReleaseRevision',
        'upgradeFailures',
      ],
      summed: (items) => sumsOfSome(statuses(items), 'failures', 'installFailures', 'upgradeFailures'),
    }),
    dependencies: (object) =>
      unique([
        ...values(object),
        ...secretsAt(object, 'chart.spec.verify.secretRef.name', 'kubeConfig.secretRef.name'),
        ...accountOf(object),
      ]),
  },
)
