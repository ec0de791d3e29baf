import { ofKind } from '../../interpreter.ts'
import { flux } from './flux.ts'
import { secretsAt } from './references.ts'

/** Unlike in Karmada, which never collects it, its `observedGeneration` is told like that of the other sources. */
export const helmChart = ofKind(
  { project: 'flux', apiVersion: 'source.toolkit.fluxcd.io/v1beta2', kind: 'HelmChart' },
  {
    ...flux({
      ready: ['Succeeded', 'ChartPullSucceeded'],
      fields: [
        'artifact',
        'lastHandledReconcileAt',
        'observedChartName',
        'observedSourceArtifactRevision',
        'observedValuesFiles',
        'url',
      ],
    }),
    dependencies: (object) => secretsAt(object, 'verify.secretRef.name'),
  },
)
