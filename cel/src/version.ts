import { type CelFunc, CelScalar, type CelValue, celFunc, celList, celMethod, isCelList, listType } from '@bufbuild/cel'
import { coerce, parse, type SemVer } from 'semver'

const { BOOL, INT, STRING } = CelScalar
const version = listType(CelScalar.DYN)

/** `v1.29`, as people write it. */
const short = /^v?\d+(\.\d+)?$/

const read = (text: string): SemVer | null => parse(text.trim()) ?? (short.test(text) ? coerce(text) : null)

/** Without zeros that mean nothing. */
const normal = (text: string): string => text.replace(/(^v?|\.)0+(?=\d)/g, '$1')

/** A version is a list, so that nobody compares it as a text: `1.9` is before `1.10`. */
function versionOf(text: string) {
  const found = read(text)
  if (!found) throw new Error(`"${text.slice(0, 100)}" is not a version, such as "v1.29.3"`)
  return celList([BigInt(found.major), BigInt(found.minor), BigInt(found.patch), found.prerelease.join('.')])
}

function textOf(value: CelValue): SemVer {
  const [major, minor, patch, pre] = isCelList(value) ? [...value] : []
  const found = parse(`${String(major)}.${String(minor)}.${String(patch)}${pre ? `-${String(pre)}` : ''}`)
  if (!found) throw new Error('a version is compared with a version: semver("1.29.3")')
  return found
}

const compared = (a: CelValue, b: CelValue): number => textOf(a).compare(textOf(b))

/** `semver("v1.29.3").isLessThan(semver("1.30"))`, as in Kubernetes. A leading v and missing parts do no harm. */
export const versionFunctions: readonly CelFunc[] = [
  celFunc('semver', [STRING], version, versionOf),
  celFunc('isSemver', [STRING], BOOL, (text) => read(text) !== null),
  celFunc('semver', [STRING, BOOL], version, (text) => versionOf(normal(text))),
  celFunc('isSemver', [STRING, BOOL], BOOL, (text) => read(normal(text)) !== null),
  celMethod('isGreaterThan', version, [version], BOOL, function (other) {
    return compared(this, other) > 0
  }),
  celMethod('isLessThan', version, [version], BOOL, function (other) {
    return compared(this, other) < 0
  }),
  celMethod('compareTo', version, [version], INT, function (other) {
    return BigInt(compared(this, other))
  }),
  celMethod('major', version, [], INT, function () {
    return BigInt(textOf(this).major)
  }),
  celMethod('minor', version, [], INT, function () {
    return BigInt(textOf(this).minor)
  }),
  celMethod('patch', version, [], INT, function () {
    return BigInt(textOf(this).patch)
  }),
]
