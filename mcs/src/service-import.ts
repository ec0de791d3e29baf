import { definePlugin } from '@flotilla/sdk'
import { derivedServiceController } from './derived-service.ts'
import { importStatusController } from './import-status-controller.ts'
import { importedSliceController } from './imported-slices.ts'

/** What a ServiceImport of the control plane needs there: its Service, and the endpoints that were collected for it. */
export const serviceImport = definePlugin({
  name: 'service-import',
  needs: ['multi-cluster-service'],
  controllers: (host) => [derivedServiceController(host), importedSliceController(host), importStatusController(host)],
})
