export { simulatorAdmission } from './admission.ts'
export {
  createMachines,
  createSimulator,
  type MachinesOptions,
  type Simulator,
  type SimulatorOptions,
  simulatorUser,
} from './simulator.ts'
