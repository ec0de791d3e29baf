import { fnv32a } from './api/names.ts'

/** Someone who takes part in a division: a cluster, mostly. */
export interface Claimant {
  readonly name: string
  /** Not negative. With weight 0 nothing is given while anyone else has more. */
  readonly weight: number
  /** What it has before the division; by default 0. Those who have more come later. */
  readonly seats?: number
}

/** What a claimant has after the division. */
export interface Share {
  readonly name: string
  readonly seats: number
}

/** A claimant while seats are being given: the one thing in here that changes. */
interface Party {
  readonly name: string
  readonly weight: number
  seats: number
}

type Before = (a: Party, b: Party) => boolean

/** Sainte-Laguë: the next seat goes to the highest weight / (2 × seats + 1). */
const claim = ({ weight, seats }: Party): number => weight / (2 * seats + 1)

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1)

const inOrder =
  (descending: boolean): Before =>
  (a, b) => {
    const difference = claim(a) - claim(b)
    if (difference !== 0) return difference > 0
    if (a.seats !== b.seats) return a.seats < b.seats
    return descending ? a.name > b.name : a.name < b.name
  }

/**
 * Gives at once the seats that are beyond doubt, and answers how many are left (at most about two for each party that
 * began with none). A party gets all its seats with a claim above `threshold`; the threshold is so high that all parties
 * together have no more than `total` of them. One seat each is held back, so that no rounding can give a wrong one.
 */
function giveUndisputed(parties: readonly Party[], total: number, weightSum: number): number {
  const threshold = weightSum / (2 * total - parties.length)
  if (!(threshold > 0)) return total
  let left = total
  for (const party of parties) {
    const sure = Math.ceil((party.weight / threshold - 1) / 2) - 1 - party.seats
    if (sure <= 0) continue
    party.seats += sure
    left -= sure
  }
  return left
}

/** Restores the heap below `root`: no party stands above one that comes before it. */
function sink(heap: Party[], root: number, before: Before): void {
  const party = heap[root]
  if (!party) return
  let hole = root
  for (;;) {
    const [left, right] = [heap[2 * hole + 1], heap[2 * hole + 2]]
    const goesLeft = !right || (left && before(left, right))
    const child = goesLeft ? left : right
    if (!child || !before(child, party)) break
    heap[hole] = child
    hole = 2 * hole + (goesLeft ? 1 : 2)
  }
  heap[hole] = party
}

function giveInTurn(parties: readonly Party[], total: number, before: Before): void {
  const heap = [...parties]
  for (let root = heap.length >> 1; root >= 0; root--) sink(heap, root, before)
  for (let left = total; left > 0; left--) {
    const [winner] = heap
    if (winner) winner.seats++
    sink(heap, 0, before)
  }
}

/**
 * Divides `total` indivisible things by weight, as Webster and Sainte-Laguë divide seats: growing the total never takes
 * from anyone. Among equal claims the one with fewer seats comes first, then the lower name, or the higher name for
 * about half of all `tieBreak` texts (a UID), so that not every remainder lands in the same place.
 *
 * Answers every claimant, sorted by name, with what it began with and what it got. When all weights are 0, nobody gets
 * anything.
 */
export function divide(total: number, claimants: readonly Claimant[], tieBreak = ''): readonly Share[] {
  const parties = claimants.map(({ name, weight, seats = 0 }): Party => ({ name, weight, seats })).sort(byName)
  const weightSum = parties.reduce((sum, { weight }) => sum + weight, 0)
  if (weightSum > 0) {
    const descending = tieBreak !== '' && fnv32a(tieBreak) % 2 === 1
    giveInTurn(parties, giveUndisputed(parties, total, weightSum), inOrder(descending))
  }
  return parties.map(({ name, seats }) => ({ name, seats }))
}
