import { definePlugin, on, service } from '@flotilla/sdk'

/** A Service that is there and has endpoints of its own can be exported; one that is only another name cannot. */
export function exportable({
  export: { metadata },
  service: exported,
}: Omit<service.Exporting, 'cluster'>): service.Exportability {
  if (!exported || exported.metadata.deletionTimestamp) {
    const message = `there is no Service ${metadata.name} here to export; create it, or delete the ServiceExport`
    return { valid: false, reason: 'NoService', message }
  }
  if (exported.spec?.type === 'ExternalName') {
    const message = 'a Service of type ExternalName has no endpoints to export; use its external name in every cluster'
    return { valid: false, reason: 'InvalidServiceType', message }
  }
  return { valid: true, reason: 'Valid', message: 'the Service can be exported' }
}

export const exportableServices = definePlugin({
  name: 'exportable-services',
  extensions: () => [on(service.export, exportable)],
})
