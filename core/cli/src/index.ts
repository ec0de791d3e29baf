export { type Fleet, type FleetOptions, startFleet } from './fleet/fleet.ts'
export type { Control } from './plan/control.ts'
export type { Changes } from './simulate/changes.ts'
export { type Simulation, simulate } from './simulate/simulate.ts'
