import { join } from 'node:path'
import { root } from '../root.ts'
import { rendered } from './helm.ts'

/** Where they are. */
export const file = join(root, 'deploy', 'manifests', 'flotilla.yaml')

const namespace = `# What the chart renders with its default values: made by test/dist/deploy/write-manifests.js, not by hand.
apiVersion: v1
kind: Namespace
metadata:
  name: karmada-system
  labels:
    pod-security.kubernetes.io/enforce: restricted
`

/** Helm's own marks go, as nobody manages what is applied by hand with it. */
export async function manifests(): Promise<string> {
  const text = (await rendered())
    .replaceAll(/^# Source: .*\n/gm, '')
    .replaceAll(/^ +helm\.sh\/chart: .*\n/gm, '')
    .replaceAll(/^ +app\.kubernetes\.io\/managed-by: Helm\n/gm, '')
  return `${namespace}${text}`
}
