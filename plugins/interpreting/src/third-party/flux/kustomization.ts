import { ofKind } from '../../interpreter.ts'
import { flux } from './flux.ts'
import { accountOf, secretsAt } from './references.ts'

export const kustomization = ofKind(
  { project: 'flux', apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
  {
    ...flux({
      ready: ['ReconciliationSucceeded'],
      fields: [
        'inventory',
        'lastAppliedOriginRevision',
        'lastAppliedRevision',
        'lastAttemptedRevision',
        'lastHandledReconcileAt',
      ],
    }),
    dependencies: (object) => [
      ...secretsAt(object, 'decryption.secretRef.name', 'kubeConfig.secretRef.name'),
      ...accountOf(object),
    ],
  },
)
