/**
 * Milliseconds worth waiting for what else is said of an object, so that it is written once. Where many objects wait,
 * all of them change slowly, and waiting a little longer saves the writes that would make them slower still.
 */
export const moment = (waiting: number): number => Math.min(20 + 4 * waiting, 250)
