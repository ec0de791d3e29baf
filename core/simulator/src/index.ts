export { simulatorAdmission } from './admission.ts'
export { simulatedKubelet } from './pod/log.ts'
export {
  createMachines,
  createSimulator,
  type MachinesOptions,
  type Simulator,
  type SimulatorOptions,
} from './simulator.ts'
export { simulatedMetrics } from './usage/serve.ts'
export { simulatorUser } from './user.ts'
