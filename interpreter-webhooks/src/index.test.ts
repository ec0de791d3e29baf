import type { Manifest } from '@flotilla/sdk'
import { examineAnyShape, examineList } from '@flotilla/sdk/testing'
import { interpreterWebhookPlugins } from './index.ts'

examineList(interpreterWebhookPlugins, import.meta.dirname)

const sample: Manifest = {
  apiVersion: 'config.karmada.io/v1alpha1',
  kind: 'ResourceInterpreterWebhookConfiguration',
  metadata: { name: 'a' },
  webhooks: [
    {
      name: 'a.b',
      clientConfig: { url: 'https://a', service: { namespace: 'a', name: 'b', path: '/c', port: 443 }, caBundle: 'x' },
      rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], kinds: ['Pod'] }],
      timeoutSeconds: 3,
      interpreterContextVersions: ['v1alpha1'],
    },
  ],
}

examineAnyShape(interpreterWebhookPlugins, [sample])
