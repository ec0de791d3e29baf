import { ofKind } from '../../interpreter.ts'
import { flux } from './flux.ts'
import { secretsAt } from './references.ts'

export const helmRepository = ofKind(
  { project: 'flux', apiVersion: 'source.toolkit.fluxcd.io/v1beta2', kind: 'HelmRepository' },
  {
    ...flux({ ready: ['Succeeded'], fields: ['artifact', 'lastHandledReconcileAt', 'url'] }),
    dependencies: (object) => secretsAt(object, 'secretRef.name'),
  },
)
