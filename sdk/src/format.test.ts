import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Format } from './field.ts'
import {
  apiVersion,
  clusterName,
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  jsonPointer,
  labelKey,
  labelValue,
  quantityText,
} from './format.ts'

const of = (count: number) => 'a'.repeat(count)

const cases: readonly (readonly [name: string, format: Format, good: readonly string[], bad: readonly string[]])[] = [
  ['dnsLabel', dnsLabel, ['a', '1', 'web-1', of(63)], ['', '-a', 'a-', 'Web', 'a.b', 'a_b', of(64)]],
  ['dns1035Label', dns1035Label, ['a', 'web-1', of(63)], ['', '1a', 'a-', 'a.b', of(64)]],
  ['dnsSubdomain', dnsSubdomain, ['a', 'a.b', 'web-1.example.com'], ['', '.a', 'a.', 'a..b', 'A.b', of(254)]],
  ['clusterName', clusterName, ['member1', of(48)], ['', 'Member1', 'member_1', 'a.b', of(49)]],
  ['labelValue', labelValue, ['', 'a', 'A_b.c-1', of(63)], ['-a', 'a-', 'a b', 'a/b', of(64)]],
  [
    'labelKey',
    labelKey,
    ['app', 'example.com/App_1', `${of(253)}/${of(63)}`],
    ['', '/a', 'a/', 'a/b/c', 'A.com/x', 'a b', of(64)],
  ],
  [
    'jsonPointer',
    jsonPointer,
    ['', '/', '/spec/replicas', '/a~0b~1c', '/a/-'],
    ['spec', 'spec/replicas', '/a~b', '/a~2'],
  ],
  ['quantityText', quantityText, ['0', '500m', '1Gi', '1e3', '-1'], ['', 'a', '1GiB', '1 Gi']],
  ['apiVersion', apiVersion, ['v1', 'apps/v1', 'policy.karmada.io/v1alpha1'], ['', 'apps/', '/v1', 'a/b/c', 'Apps/v1']],
]

for (const [name, format, good, bad] of cases) {
  for (const text of good) test(`${name} may be "${text}"`, () => assert.equal(format(text), undefined))
  for (const text of bad) test(`${name} may not be "${text}"`, () => assert.match(format(text) ?? '', /must/))
}
