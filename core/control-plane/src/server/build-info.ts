import type { Metrics } from '@flotilla/sdk'

/**
 * Says which build runs, under the labels that Karmada's dashboards look for. Those of a Go build that mean nothing here
 * are empty.
 */
export function sayBuild(metrics: Metrics, version: string): void {
  const nothing = { git_commit: '', git_short_commit: '', git_tree_state: '', build_date: '', go_version: '' }
  const labels = {
    git_version: `v${version}`,
    ...nothing,
    compiler: `node ${process.version}`,
    platform: `${process.platform}/${process.arch}`,
  }
  metrics
    .gauge({ name: 'karmada_build_info', help: 'The build that runs: always 1', labels: Object.keys(labels) })
    .set(1, labels)
}
