import { ofKind } from '../../interpreter.ts'
import { flux } from './flux.ts'
import { secretsAt } from './references.ts'

export const gitRepository = ofKind(
  { project: 'flux', apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
  {
    ...flux({
      ready: ['Succeeded'],
      fields: [
        'artifact',
        'includedArtifacts',
        'lastHandledReconcileAt',
        'observedIgnore',
        'observedInclude',
        'observedRecurseSubmodules',
        'observedSparseCheckout',
        'sourceVerificationMode',
      ],
    }),
    dependencies: (object) => secretsAt(object, 'secretRef.name', 'verify.secretRef.name'),
  },
)
