export { simulatorAdmission } from './admission.ts'
export { createSimulator, type Simulator, type SimulatorOptions, simulatorUser } from './simulator.ts'
