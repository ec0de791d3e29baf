import type { Extension, Host } from '@flotilla/sdk'

/** Nobody is left alone any more in the name of answers that are not given any more. */
export function forgetCircuits({ metrics }: Host, voices: Iterable<Extension>): void {
  const circuit = metrics.gauge({
    name: 'flotilla_plugin_circuit_open',
    help: 'Whether a plugin is not asked for a while, because it failed too often: 1 or 0',
    labels: ['plugin', 'point'],
  })
  for (const { plugin, point } of voices) if (plugin) circuit.forget({ plugin, point: point.id })
}
