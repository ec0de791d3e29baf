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
  celMethod('add', DOUBLE, [DOUBLE], DOUBLE, function (other) {
    return this + other
  }),
  celMethod('add', DOUBLE, [INT], DOUBLE, function (other) {
    return this + Number(other)
  }),
  celMethod('sub', DOUBLE, [DOUBLE], DOUBLE, function (other) {
    return this - other
  }),
  celMethod('sub', DOUBLE, [INT], DOUBLE, function (other) {
    return this - Number(other)
  }),
  celMethod('sign', DOUBLE, [], INT, function () {
    return BigInt(Math.sign(this))
  }),
  celMethod('isInteger', DOUBLE, [], BOOL, function () {
    return Number.isInteger(this)
  }),
  celMethod('asInteger', DOUBLE, [], INT, function () {
    if (!Number.isInteger(this)) throw new Error('cannot convert value to integer')
    return BigInt(this)
  }),
  celMethod('asApproximateFloat', DOUBLE, [], DOUBLE, function () {
    return this
  }),
]
