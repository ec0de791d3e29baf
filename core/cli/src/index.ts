export { type Fleet, type FleetOptions, startFleet } from './fleet/fleet.ts'
