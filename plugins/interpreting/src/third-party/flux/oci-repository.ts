import { ofKind } from '../../interpreter.ts'
import { flux } from './flux.ts'
import { accountOf, secretsAt } from './references.ts'

export const ociRepository = ofKind(
  { project: 'flux', apiVersion: 'source.toolkit.fluxcd.io/v1beta2', kind: 'OCIRepository' },
  {
    ...flux({
      ready: ['Succeeded'],
      fields: [
        'artifact',
        'contentConfigChecksum',
        'lastHandledReconcileAt',
        'observedIgnore',
        'observedLayerSelector',
        'url',
      ],
    }),
    dependencies: (object) => [
      ...secretsAt(object, 'secretRef.name', 'verify.secretRef.name', 'certSecretRef.name'),
      ...accountOf(object),
    ],
  },
)
