import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Manifest } from '@flotilla/sdk'
import { selectFields } from './fields.ts'
import { selectLabels } from './labels.ts'

const pod = (labels: Record<string, string>): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'prod', labels },
  status: { phase: 'Running' },
})

const labelCases: readonly [selector: string, labels: Record<string, string>, selected: boolean][] = [
  ['app=web', { app: 'web' }, true],
  ['app==web', { app: 'web' }, true],
  ['app=web', { app: 'db' }, false],
  ['app=web', {}, false],
  ['app!=web', { app: 'db' }, true],
  ['app!=web', {}, true],
  ['app!=web', { app: 'web' }, false],
  ['app=', { app: '' }, true],
  ['app', { app: 'any' }, true],
  ['app', {}, false],
  ['!app', {}, true],
  ['!app', { app: '' }, false],
  ['tier in (a,b)', { tier: 'b' }, true],
  ['tier in ( a, b )', { tier: 'b' }, true],
  ['tier in (a,b)', { tier: 'c' }, false],
  ['tier in (a,b)', {}, false],
  ['tier notin (a,b)', {}, true],
  ['tier notin (a,b)', { tier: 'a' }, false],
  ['size>3', { size: '4' }, true],
  ['size>3', { size: '3' }, false],
  ['size<3', { size: '2' }, true],
  ['size<3', {}, false],
  ['app=web,tier in (a,b),!canary', { app: 'web', tier: 'a' }, true],
  ['app=web,tier in (a,b),!canary', { app: 'web', tier: 'a', canary: 'yes' }, false],
  ['example.com/app = web', { 'example.com/app': 'web' }, true],
]

test('labels are selected in the words of kubectl', () => {
  for (const [selector, labels, selected] of labelCases) {
    assert.equal(selectLabels(selector)?.(pod(labels)), selected, `${selector} on ${JSON.stringify(labels)}`)
  }
  assert.equal(selectLabels(''), undefined)
  assert.equal(selectLabels(undefined), undefined)
})

test('a label selector that cannot be read is refused', () => {
  for (const selector of [
    'a in b',
    'a in (b',
    '=b',
    'a b',
    'a=b=c',
    'a>x',
    'a in (b c)',
    ',',
    'a=-b',
    '-a',
    '!',
    'a=b,,c=d',
  ]) {
    assert.throws(() => selectLabels(selector), { code: 400 }, selector)
  }
})

const fields = { 'status.phase': ({ status }: Manifest) => (status as { phase: string }).phase }

const fieldCases: readonly [selector: string, selected: boolean][] = [
  ['metadata.name=web', true],
  ['metadata.name==web', true],
  ['metadata.name!=web', false],
  ['metadata.namespace=prod,status.phase=Running', true],
  ['metadata.namespace=prod,status.phase!=Running', false],
  ['metadata.name=we\\,b', false],
]

test('fields are selected', () => {
  for (const [selector, selected] of fieldCases)
    assert.equal(selectFields(selector, fields)?.(pod({})), selected, selector)
  assert.equal(selectFields('', fields), undefined)
})

test('a field selector that cannot be read, or for a field that is not for selecting, is refused', () => {
  assert.throws(() => selectFields('spec.nodeName=x', fields), { message: 'field label not supported: spec.nodeName' })
  assert.throws(() => selectFields('constructor=x', fields), { code: 400 })
  assert.throws(() => selectFields('metadata.name', fields), { code: 400 })
  assert.throws(() => selectFields('=x', fields), { code: 400 })
})
