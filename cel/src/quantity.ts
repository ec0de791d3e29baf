import { type CelFunc, CelScalar, celFunc, celMethod } from '@bufbuild/cel'
import { parseQuantity } from '@flotilla/sdk'

const { BOOL, DOUBLE, INT, STRING } = CelScalar

const amountOf = (text: string): number => Number(parseQuantity(text)) / 1000

function isQuantity(text: string): boolean {
  try {
    parseQuantity(text)
    return true
  } catch {
    return false
  }
}

/** `quantity("1.5Gi")` is a number of bytes, or of cores, that is compared and added like any other. */
export const quantityFunctions: readonly CelFunc[] = [
  celFunc('quantity', [STRING], DOUBLE, amountOf),
  celFunc('isQuantity', [STRING], BOOL, isQuantity),
  celMethod('isGreaterThan', DOUBLE, [DOUBLE], BOOL, function (other) {
    return this > other
  }),
  celMethod('isLessThan', DOUBLE, [DOUBLE], BOOL, function (other) {
    return this < other
  }),
  celMethod('compareTo', DOUBLE, [DOUBLE], INT, function (other) {
    return BigInt(Math.sign(this - other))
  }),
]
