import { ofKind } from '../../interpreter.ts'
import { flux } from './flux.ts'
import { secretsAt } from './references.ts'

export const bucket = ofKind(
  { project: 'flux', apiVersion: 'source.toolkit.fluxcd.io/v1beta2', kind: 'Bucket' },
  {
    ...flux({ ready: ['Succeeded'], fields: ['artifact', 'lastHandledReconcileAt', 'observedIgnore', 'url'] }),
    dependencies: (object) => secretsAt(object, 'secretRef.name'),
  },
)
