import { label } from '@flotilla/sdk'
import { deployment, examineRefuse } from '@flotilla/sdk/testing'
import { deletionProtection } from './deletion-protection.ts'

const web = (protection: string) => deployment({ labels: { [label.deletionProtected]: protection } })

examineRefuse(deletionProtection, {
  'what is protected stays': {
    given: { operation: 'DELETE', manifest: web('Always') },
    denies:
      'Deployment "web" is protected from deletion: remove its label resourcetemplate.karmada.io/deletion-protected first',
  },
  'another value protects nothing': { given: { operation: 'DELETE', manifest: web('Never') } },
  'what is not protected may go': { given: { operation: 'DELETE', manifest: deployment() } },
  'what is protected may change': { given: { operation: 'UPDATE', manifest: web('Always') } },
})
