import { type CelFunc, CelScalar, type CelValue, celFunc } from '@bufbuild/cel'
import { formatOf, formatQuantity, parseQuantity } from '@flotilla/sdk'

function factorOf(value: CelValue): number {
  const factor = typeof value === 'bigint' ? Number(value) : value
  if (typeof factor === 'number' && Number.isFinite(factor) && factor >= 0) return factor
  throw new Error('scaled needs a number that is not negative as its factor')
}

function quantityOf(value: CelValue): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return String(value)
  throw new Error('scaled needs a quantity, such as "500m" or "1.5Gi"')
}

/** Parts of a byte mean nothing; parts of a core do, as long as there are few of them. */
function rounded(milli: number, quantity: string): bigint {
  const isWhole = formatOf(quantity) === 'BinarySI' || milli >= 1_000_000
  return BigInt(isWhole ? Math.ceil(milli / 1000) * 1000 : Math.round(milli))
}

function scaled(value: CelValue, factor: CelValue): string {
  const quantity = quantityOf(value)
  const milli = Math.round(Number(parseQuantity(quantity)) * factorOf(factor))
  return formatQuantity(rounded(milli, quantity), formatOf(quantity))
}

/** `scaled("500m", 3)` is `"1500m"`: CEL itself knows nothing of quantities. */
export const scaledFunction: CelFunc = celFunc('scaled', [CelScalar.DYN, CelScalar.DYN], CelScalar.STRING, scaled)
