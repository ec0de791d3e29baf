import type { Kubelet, Line } from '@flotilla/apiserver'
import type { Container, ContainerStatus, Pod } from '../api/pod.ts'

const containerOf = ({ spec }: Pod, name: string): Container | undefined =>
  [...(spec.initContainers ?? []), ...spec.containers].find((container) => container.name === name)

const line = (time: string, text: string): Line => ({ time: new Date(time), text: `simulated: ${text}` })

/** What a container says of a run. */
function saidOf(state: ContainerStatus['lastState'], pod: Pod, { name, image = '' }: Container): readonly Line[] {
  const begins = (time: string) => line(time, `${name} runs ${image} on ${pod.spec.nodeName}`)
  if ('running' in state) return [begins(state.running.startedAt)]
  if (!('terminated' in state)) return []
  const { startedAt, finishedAt, exitCode } = state.terminated
  return [begins(startedAt), line(finishedAt, `${name} ends with exit code ${exitCode}`)]
}

/** Nothing runs here; containers are said to have written when they began and how they ended. */
export const simulatedKubelet: Kubelet = {
  log(object, name, previous) {
    const pod = object as Pod
    const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
    const status = [...initContainerStatuses, ...containerStatuses].find((each) => each.name === name)
    const container = containerOf(pod, name)
    if (!status || !container) return []
    const isLast = previous || 'waiting' in status.state
    return saidOf(isLast ? status.lastState : status.state, pod, container)
  },
}
