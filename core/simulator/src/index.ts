export { simulatorAdmission } from './admission.ts'
export { type Fault, faultAnnotation, readFault } from './line/fault.ts'
export { createLine, type Line } from './line/line.ts'
export { simulatedKubelet } from './process/kubelet.ts'
export {
  createMachines,
  createSimulator,
  type MachinesOptions,
  type Simulator,
  type SimulatorOptions,
} from './simulator.ts'
export { simulatedMetrics } from './usage/serve.ts'
export { simulatorUser } from './user.ts'
