import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { createSigningKeys, errors, moduleDigest, signModule } from '@flotilla/sdk'
import { examineCauses } from '@flotilla/sdk/testing'
import { fakeSandboxes, module } from './modules.test-support.ts'
import { modules } from './modules.ts'
import { readOptions } from './options.ts'

const sandboxes = fakeSandboxes({ v1: { interpretHealth: () => 'Healthy' }, v2: { help: () => null } })
const digest = moduleDigest(Buffer.from('v1'))
const image = `example.com/health@sha256:${digest}`

examineCauses(
  modules,
  {
    'a module may stand in itself': { given: { manifest: module('a') } },
    'a module may be pinned, limited, ordered': {
      given: {
        manifest: module('a', {
          sha256: digest,
          points: ['interpret.health'],
          limits: { timeout: '30s', memory: '1Gi', output: 1024, concurrency: 16 },
          failurePolicy: 'Ignore',
          order: -5,
        }),
      },
    },
    'a WASM module may stand in itself in base64': {
      given: { manifest: module('a', { runtime: 'wasm', source: { inline: Buffer.from('v1').toString('base64') } }) },
    },
    'a module may be downloaded': {
      given: { manifest: module('a', { source: { url: 'https://example.com/a.js' }, sha256: digest }) },
    },
    'a module may be in a registry': {
      given: { manifest: module('a', { source: { oci: { image } } }) },
    },
    'a module may be in a ConfigMap': {
      given: { manifest: module('a', { source: { configMapRef: { namespace: 'a', name: 'b', key: 'c' } } }) },
    },
    'what scores needs no kinds': {
      given: {
        manifest: module('a', { targets: [], points: ['schedule.score'], source: { oci: { image } } }),
      },
    },
    'a script that cannot be compiled is refused with its line': {
      given: { manifest: module('a', { source: { inline: 'v9' } }) },
      causes: ['spec.source.inline: Invalid value: "v9": module/a cannot be run: line 3: unexpected token'],
    },
    'a program that answers nothing is refused': {
      given: { manifest: module('a', { source: { inline: 'v2' } }) },
      causes: [
        'spec.source: Invalid value: {"inline":"v2"}: it exports none of the functions that answer points: interpretReplicas, interpretComponents, interpretReviseReplicas, interpretRetain, interpretStatus, interpretHealth, interpretAggregate, interpretDependencies, scheduleFilter, scheduleScore, scheduleEstimate, scheduleSelect, scheduleAssign, renderOverride, admitMutate, admitRefuse',
      ],
    },
    'a program that cannot answer what it is asked is refused': {
      given: { manifest: module('a', { points: ['interpret.retain'] }) },
      causes: [
        'spec.points: Invalid value: ["interpret.retain"]: it exports no function interpretRetain for interpret.retain',
      ],
    },
    'another program than the pinned one is refused': {
      given: { manifest: module('a', { sha256: '0'.repeat(64) }) },
      causes: [`spec.sha256: Invalid value: "${'0'.repeat(64)}": the program's is ${digest}`],
    },
    'bytes that are not base64 are refused': {
      given: { manifest: module('a', { runtime: 'wasm', source: { inline: '\0asm' } }) },
      causes: ['spec.source.inline: Invalid value: "\\u0000asm": a WASM module is written in base64'],
    },
    'what interprets, or stands before writes, names its kinds': {
      given: {
        manifest: module('a', { targets: [], points: ['schedule.score', 'admit.refuse'], source: { oci: { image } } }),
      },
      causes: ['spec.targets: Required value: admit.refuse is asked only about kinds that are named'],
    },
    'no module is asked about modules: they could never be mended': {
      given: {
        manifest: module('a', {
          targets: [{ apiVersion: 'config.flotilla.dev/v1alpha1', kind: 'ResourceInterpreterModule' }],
        }),
      },
      causes: ['spec.targets[0].apiVersion: Forbidden: no module is asked about what configures Flotilla'],
    },
    'a target is a kind': {
      given: { manifest: module('a', { targets: [{ apiVersion: 'a/b/c', kind: '' }] }) },
      causes: [
        'spec.targets[0].apiVersion: Invalid value: "a/b/c": must be a version, or a group and a version, such as "v1" or "apps/v1"',
        'spec.targets[0].kind: Required value',
      ],
    },
    'a point is one that is open to guests': {
      given: { manifest: module('a', { points: ['member.connect', 'interpret.health', 'interpret.health'] }) },
      causes: [
        'spec.points[0]: Unsupported value: "member.connect": supported values: "interpret.replicas", "interpret.components", "interpret.reviseReplicas", "interpret.retain", "interpret.status", "interpret.health", "interpret.aggregate", "interpret.dependencies", "schedule.filter", "schedule.score", "schedule.estimate", "schedule.select", "schedule.assign", "render.override", "admit.mutate", "admit.refuse"',
        'spec.points[2]: Duplicate value: "interpret.health"',
      ],
    },
    'a module is somewhere': {
      given: { manifest: module('a', { source: {} }) },
      causes: ['spec.source: Required value: one of inline, configMapRef, file, url, oci'],
    },
    'a module is in one place': {
      given: { manifest: module('a', { source: { inline: 'v1', file: 'a.js', oci: { image } } }) },
      causes: [
        'spec.source.file: Forbidden: cannot stand beside inline; keep one of them',
        'spec.source.oci: Forbidden: cannot stand beside inline; keep one of them',
        'spec.source.file: Forbidden: the config file has no moduleDirectory',
      ],
    },
    'what is downloaded is pinned, and comes over https': {
      given: { manifest: module('a', { source: { url: 'http://example.com/a.js' } }) },
      causes: [
        'spec.source.url: Invalid value: "http://example.com/a.js": must be a URL whose scheme is https; http is for this machine alone',
        'spec.sha256: Required value: what is downloaded has to be pinned',
      ],
    },
    'an image is named by its digest': {
      given: { manifest: module('a', { source: { oci: { image: 'example.com/health:v1' } } }) },
      causes: [
        'spec.source.oci.image: Invalid value: "example.com/health:v1": must be an image by digest, such as "example.com/health@sha256:..."',
      ],
    },
    'an authority is a certificate': {
      given: { manifest: module('a', { source: { oci: { image }, caBundle: 'trust me' } }) },
      causes: ['spec.source.caBundle: Invalid value: "trust me": must be certificates in PEM'],
    },
    'a limit is one that can be kept': {
      given: {
        manifest: module('a', { limits: { timeout: '31s', memory: '1Ki', output: '1Gi', concurrency: 0 } }),
      },
      causes: [
        'spec.limits.concurrency: Invalid value: 0: must be 1 to 16',
        'spec.limits.timeout: Invalid value: "31s": must be a time from 1ms to 30s, such as "500ms"',
        'spec.limits.memory: Invalid value: "1Ki": must be an amount from 1Mi to 1Gi',
        'spec.limits.output: Invalid value: "1Gi": must be an amount of bytes, at most 16Mi',
      ],
    },
    'nothing is given to a module': {
      given: { manifest: module('a', { capabilities: ['network', 'files'] }) },
      causes: [
        'spec.capabilities[0]: Forbidden: there is nothing a module can be given',
        'spec.capabilities[1]: Forbidden: there is nothing a module can be given',
      ],
    },
    'other words are not understood': {
      given: { manifest: module('a', { runtime: 'lua' as never, failurePolicy: 'Retry' as never, sha256: 'abc' }) },
      causes: [
        'spec.runtime: Unsupported value: "lua": supported values: "wasm", "javascript"',
        'spec.sha256: Invalid value: "abc": must be 64 digits in lower-case hex',
        'spec.failurePolicy: Unsupported value: "Retry": supported values: "Fail", "Ignore"',
      ],
    },
    'a program that was let in once is not tried again with every edit': {
      given: {
        manifest: module('a', { source: { inline: 'v9' } }, { labels: { a: 'b' } }),
        before: module('a', { source: { inline: 'v9' } }),
      },
    },
    'that nothing can be tried now is not the fault of the program': {
      given: { manifest: module('a') },
      host: {
        sandboxes: {
          open: async () => {
            throw errors.SERVER_UNREACHABLE('the pool', 'gone')
          },
        },
      },
    },
  },
  { sandboxes },
)

examineCauses(
  modules,
  {
    'a file is below the directory': {
      given: { manifest: module('a', { source: { file: '../../etc/passwd' } }) },
      causes: ['spec.source.file: Invalid value: "../../etc/passwd": must be a path below the moduleDirectory'],
    },
    'a file may be in a folder there': { given: { manifest: module('a', { source: { file: 'b/a.js' } }) } },
  },
  { sandboxes, options: { directory: '/modules' } },
)

const [mine, other] = [createSigningKeys(), createSigningKeys()]
const signed = (privateKey: string) => signModule(Buffer.from('v1'), privateKey)

examineCauses(
  modules,
  {
    'a module that is signed is let in': { given: { manifest: module('a', { signature: signed(mine.privateKey) }) } },
    'one that is not is refused, where that is demanded': {
      given: { manifest: module('a') },
      causes: ['spec.signature: Required value: the config file demands one'],
    },
    'one that somebody else signed is refused': {
      given: { manifest: module('a', { signature: signed(other.privateKey) }) },
      causes: [
        `spec.signature: Invalid value: "${signed(other.privateKey)}": its signature is by none of the keys in moduleKeys`,
      ],
    },
    'one whose signature is none is refused': {
      given: { manifest: module('a', { signature: 'me' }) },
      causes: ['spec.signature: Invalid value: "me": its signature is by none of the keys in moduleKeys'],
    },
    'the signature of an image may be in its registry': {
      given: { manifest: module('a', { source: { oci: { image } } }) },
    },
  },
  { sandboxes, options: { keys: [mine.publicKey], requireSigned: true } },
)

test('a start ends at keys that are none, or at none where signatures are demanded', () => {
  assert.throws(() => readOptions({ requireSigned: true }), /requireSignedModules is set, and no moduleKeys/)
  assert.throws(() => readOptions({ keys: ['mine'] }), /moduleKeys\.0 is not a public key in PEM/)
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  assert.throws(
    () => readOptions({ keys: [mine.publicKey, pem] }),
    /moduleKeys\.1 is a key for rsa; modules are signed/,
  )
})
