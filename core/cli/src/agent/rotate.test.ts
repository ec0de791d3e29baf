import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openAuthority } from '@flotilla/apiserver'
import { agentKubeconfig } from '../register/agent.ts'
import { fileKeyring } from './keyring.ts'
import { certificateIn, isDue, withCertificate } from './rotate.ts'

const dir = mkdtempSync(join(tmpdir(), 'flotilla-rotate-'))
const authority = await openAuthority({ dir })
const first = await authority.client('one', { name: 'system:karmada:agent:one', groups: [] })
const second = await authority.client('two', { name: 'system:karmada:agent:one', groups: [] })
const kubeconfig = agentKubeconfig({ server: 'https://x', ca: authority.ca }, 'system:karmada:agent:one', first)

test('a certificate is renewed when a part of its life is left', () => {
  const found = certificateIn(kubeconfig)
  assert.ok(found)
  const [begin, end] = [Date.parse(found.validFrom), Date.parse(found.validTo)]
  assert.equal(isDue(found, 0.2, begin + (end - begin) * 0.79), false)
  assert.equal(isDue(found, 0.2, begin + (end - begin) * 0.81), true)
  assert.equal(isDue(found, 0, end - 1), false)
  assert.equal(isDue(found, 1, begin), true)
})

test('only certificate and key of a kubeconfig change', () => {
  const renewed = withCertificate(kubeconfig, second)
  assert.equal(renewed, agentKubeconfig({ server: 'https://x', ca: authority.ca }, 'system:karmada:agent:one', second))
})

test('who has a token has no certificate to renew', () => {
  assert.equal(certificateIn('users: [{ name: a, user: { token: t } }]'), undefined)
  assert.equal(certificateIn('{}'), undefined)
})

test('a file stays readable by whom it was', async () => {
  const file = join(dir, 'agent.kubeconfig')
  writeFileSync(file, kubeconfig)
  chmodSync(file, 0o600)
  const keyring = fileKeyring(file)
  await keyring.write('other')
  assert.equal(await keyring.read(), 'other')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  await assert.rejects(fileKeyring(join(dir, 'none')).read(), { code: 'CONFIG_INVALID' })
})
