import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { flotilla } from '../flotilla.ts'
import { root } from '../root.ts'

const directory = mkdtempSync(join(tmpdir(), 'flotilla-interpret-'))

const file = (name: string, text: string): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const web = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default, generation: 1 }
spec:
  replicas: 2
  template: { spec: { containers: [{ name: web, envFrom: [{ configMapRef: { name: a } }] }], serviceAccountName: web } }
`
const webFile = file('web.yaml', web)
const indented = web.replaceAll(/^/gm, '  ').trimEnd()

const cases = file(
  'cases.yaml',
  `name: a Deployment wants what it says
operation: InterpretReplica
desiredObj:
${indented}
output: { replica: 2 }
---
name: a Deployment that nobody has seen is not healthy
operation: InterpretHealth
observedObj:
${indented}
output: { healthy: false }
`,
)
const wrong = file(
  'wrong.yaml',
  `name: a lie\noperation: InterpretReplica\ndesiredObj:\n${indented}\noutput: { replica: 3 }\n`,
)

describe('cases for interpreters', () => {
  test('those that pass are a line each, and the end is well', async () => {
    const { code, out, err } = await flotilla('interpret', 'test', '--builtin', '--cases', cases)
    assert.deepEqual(out.trimEnd().split('\n'), [
      'PASS  InterpretReplica     a Deployment wants what it says',
      'PASS  InterpretHealth      a Deployment that nobody has seen is not healthy',
      '2 passed, 0 failed',
    ])
    assert.deepEqual([code, err], [0, ''])
  })

  test('one that fails is told with what differs, and the end is not well', async () => {
    const { code, out } = await flotilla('interpret', 'test', '--cases', cases, wrong)
    assert.equal(code, 1)
    assert.match(out, /^FAIL {2}InterpretReplica {5}a lie {2}\(.*wrong\.yaml:1\)\n {6}replica\n {8}- 3\n {8}\+ 2$/m)
    assert.match(out, /^2 passed, 1 failed$/m)
  })

  test('a script reads the same', async () => {
    const { code, out } = await flotilla(
      'interpret',
      'test',
      '--cases',
      join(directory, '*.yaml').replace('*', 'wr*'),
      '-o',
      'json',
    )
    const { kind, passed, failed, cases } = JSON.parse(out)
    assert.deepEqual([code, kind, passed, failed], [1, 'InterpretTest', 0, 1])
    assert.deepEqual(cases[0].differences, [{ path: 'replica', expected: 3, actual: 2 }])
  })

  test('a plugin answers alone when it is named', async () => {
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
    const source = `import { definePlugin, interpret, on } from '@flotilla/sdk'
      export const plugin = definePlugin({ name: 'mine', extensions: () => [on(interpret.replicas, () => ({ replicas: 3 }))] })`
    const plugin = file('mine.mjs', source)
    const { code, out } = await flotilla('interpret', 'test', '--plugin', plugin, '--cases', wrong, cases)
    assert.equal(code, 1)
    assert.match(out, /^PASS {2}InterpretReplica {5}a lie$/m)
    assert.match(out, /nobody answers InterpretHealth for apps\/v1 Deployment/)
  })
})

describe('asking an interpreter', () => {
  test('prints its answer section by section', async () => {
    const { code, out } = await flotilla('interpret', '--operation', 'interpretdependency', '--desired-file', webFile)
    assert.deepEqual(
      [code, out],
      [
        0,
        `---
# [1/1] dependencies:
- apiVersion: v1
  kind: ConfigMap
  namespace: default
  name: a
- apiVersion: v1
  kind: ServiceAccount
  namespace: default
  name: web
`,
      ],
    )
  })

  test('gives what members say from a file', async () => {
    const items = file(
      'items.yaml',
      'clusterName: a\nstatus: { replicas: 2, readyReplicas: 1 }\n---\nclusterName: b\nstatus: { replicas: 1 }\n',
    )
    const { out } = await flotilla(
      ...[
        'interpret',
        '--operation',
        'AggregateStatus',
        '--desired-file',
        webFile,
        '--status-file',
        items,
        '-o',
        'json',
      ],
    )
    const { status } = JSON.parse(out).aggregatedStatus
    assert.deepEqual([status.replicas, status.readyReplicas], [3, 1])
  })

  test('says so when nobody answers', async () => {
    const { code, err } = await flotilla('interpret', '--operation', 'InterpretComponent', '--desired-file', webFile)
    assert.deepEqual([code, err], [1, 'flotilla: nobody answers InterpretComponent for apps/v1 Deployment\n'])
  })
})

const customization = (name: string, script: string): string =>
  file(
    `${name}.yaml`,
    `apiVersion: config.karmada.io/v1alpha1
kind: ResourceInterpreterCustomization
metadata: { name: ${name} }
spec:
  target: { apiVersion: apps/v1, kind: Deployment }
  customizations:
    replicaResource:
      luaScript: |
        function GetReplicas(obj)
          return obj.spec.replicas ${script}
        end
`,
  )
const [mine, torn] = [customization('mine', '+ 1'), customization('torn', '+')]

describe('a customization', () => {
  test('is checked script by script', async () => {
    const { code, out } = await flotilla('interpret', '-f', mine, '--check')
    assert.equal(code, 0)
    assert.match(
      out,
      /^-+\nSOURCE: mine\nTARGET: apps\/v1 Deployment\nRULERS:\n {4}Retain: +UNSET\n {4}InterpretReplica: +PASS\n/,
    )
  })

  test('that does not compile is told with the line', async () => {
    const { code, out } = await flotilla('interpret', '-f', torn, '-f', mine, '--check')
    assert.equal(code, 1)
    assert.match(out, /InterpretReplica: +ERROR: .*line 3: unexpected symbol/)
    assert.match(out, /SOURCE: mine/)
    const { code: asked, err } = await flotilla('interpret', 'test', '--customization', torn, '--cases', cases)
    assert.equal(asked, 1)
    assert.match(err, /spec\.customizations\.replicaResource\.luaScript: .*line 3: unexpected symbol/)
  })

  test('answers alone: what it does not say, nobody says', async () => {
    const { code, out } = await flotilla('interpret', 'test', '--customization', mine, '--cases', wrong, cases)
    assert.equal(code, 1)
    assert.match(out, /^PASS {2}InterpretReplica {5}a lie$/m)
    assert.match(out, /nobody answers InterpretHealth for apps\/v1 Deployment/)
    assert.match(out, /^1 passed, 2 failed$/m)
  })
})

describe('a module', () => {
  const program = 'test/exams/languages/guest/javascript.js'
  const exam = 'test/exams/languages/cases.yaml'
  const manifest = file(
    'module.yaml',
    `apiVersion: config.flotilla.dev/v1alpha1
kind: ResourceInterpreterModule
metadata: { name: mine }
spec:
  runtime: javascript
  targets: [{ apiVersion: apps/v1, kind: Deployment }]
  source: { file: program.js }
`,
  )
  file('program.js', readFileSync(join(root, program), 'utf8'))

  test('is a manifest, with its program in it or beside it', async () => {
    const { code, out } = await flotilla('interpret', 'test', '--module', manifest, '--cases', exam)
    assert.deepEqual([code, out.trimEnd().split('\n').at(-1)], [0, '16 passed, 0 failed'])
  })

  test('or the program alone: it is asked about the kinds of the cases', async () => {
    const { code, out } = await flotilla('interpret', 'test', '--module', program, '--cases', exam)
    assert.deepEqual([code, out.trimEnd().split('\n').at(-1)], [0, '16 passed, 0 failed'])
  })

  test('is checked as a customization is', async () => {
    const { code, out } = await flotilla('interpret', '-f', manifest, '--check')
    assert.equal(code, 0)
    assert.match(out, /SOURCE: mine\nTARGET: apps\/v1 Deployment\nRULERS:/)
    assert.match(out, /InterpretReplica: +PASS\n {4}InterpretComponent: +UNSET\n/)
    const { code: bad, out: said } = await flotilla('interpret', '-f', file('torn.js', 'export const a = ('), '--check')
    assert.equal(bad, 1)
    assert.match(said, /ERROR: spec\.source\.inline: .*Unexpected end of input \(line 1/)
  })
})

describe('a customization in an editor', () => {
  const scripts = `# mine\n${readFileSync(mine, 'utf8')}`

  test('is saved when it would be accepted, with its comments', async () => {
    const path = file('edited.yaml', scripts)
    process.env.KUBE_EDITOR = "sed -i 's/+ 1/+ 2 -- two/'"
    const { code, out } = await flotilla('interpret', '-f', path, '--edit')
    assert.deepEqual([code, out], [0, 'resourceinterpretercustomization.config.karmada.io/mine edited\n'])
    assert.equal(readFileSync(path, 'utf8'), scripts.replace('+ 1', '+ 2 -- two'))
  })

  test('is left alone when nothing changes, and when it would be refused', async () => {
    const path = file('left.yaml', scripts)
    process.env.KUBE_EDITOR = 'true'
    const { code, out } = await flotilla('interpret', '-f', path, '--edit')
    assert.deepEqual([code, out], [0, 'Edit cancelled, no changes made.\n'])
    process.env.KUBE_EDITOR = "sed -i 's/+ 1/+/'"
    const { code: refused, err } = await flotilla('interpret', '-f', path, '--edit')
    assert.equal(refused, 1)
    assert.match(err, /luaScript: .*line 3: unexpected symbol/)
    assert.match(err, /it is not saved; what was written is in (.*)\n/)
    assert.equal(readFileSync(path, 'utf8'), scripts)
  })
})
