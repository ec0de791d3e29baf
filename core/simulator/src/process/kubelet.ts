import { once } from 'node:events'
import type { Console, Kubelet, Line } from '@flotilla/apiserver'
import type { Container, ContainerStatus, Pod } from '../api/pod.ts'
import { exec } from './exec.ts'
import { connect } from './port.ts'

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

function log(pod: Pod, name: string, previous: boolean): readonly Line[] {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {}
  const status = [...initContainerStatuses, ...containerStatuses].find((each) => each.name === name)
  const container = containerOf(pod, name)
  if (!status || !container) return []
  const isLast = previous || 'waiting' in status.state
  return saidOf(isLast ? status.lastState : status.state, pod, container)
}

/** Says what the container has said, and goes on until it ends or the client leaves. */
async function attach(pod: Pod, container: string, { stdin, stdout, tty }: Console, signal: AbortSignal) {
  stdin?.resume() // nobody is there who reads it
  const end = tty ? '\r\n' : '\n'
  for (const { text } of log(pod, container, false)) stdout?.write(text + end)
  if (!signal.aborted) await once(signal, 'abort')
  return 0
}

/** Nothing runs here; containers are said to have written when they began and how they ended, and to have a few programs. */
export const simulatedKubelet: Kubelet = {
  log: (pod, container, previous) => log(pod as Pod, container, previous),
  attach: (pod, container, console, signal) => attach(pod as Pod, container, console, signal),
  async exec(pod, container, command, console, signal) {
    const found = containerOf(pod as Pod, container)
    if (!found) throw new Error(`container ${container} is not there`)
    return exec(pod as Pod, found, command, console, signal)
  },
  connect: async (pod, port) => connect(pod as Pod, port),
}
