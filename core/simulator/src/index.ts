export { simulatorAdmission } from './admission.ts'
export { simulatedKubelet } from './pod/log.ts'
export {
  createMachines,
  createSimulator,
  type MachinesOptions,
  type Simulator,
  type SimulatorOptions,
  simulatorUser,
} from './simulator.ts'
