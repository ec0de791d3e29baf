import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { main } from './main.ts'

const directory = mkdtempSync(join(tmpdir(), 'flotilla-'))

const file = (name: string, text: string): string => {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

const twoContexts = file(
  'two-contexts',
  `{clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}], contexts: [{name: one, context: {cluster: c, user: u}}, {name: two, context: {cluster: c, user: u}}], users: [{name: u, user: {token: t}}]}`,
)
const noUrl = file(
  'no-url',
  `{current-context: c, clusters: [{name: c, cluster: {server: "paris"}}], contexts: [{name: c, context: {cluster: c, user: u}}], users: [{name: u, user: {token: t}}]}`,
)
const oneObject = file('one-object', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n')
const notYaml = file('not-yaml', 'a: [\n')
const wrongConfig = file('wrong-config', 'pluginTimeout: soon\n')

const joining = (...args: readonly string[]) => [
  'join',
  'paris',
  '--kubeconfig',
  twoContexts,
  '--context',
  'one',
  ...args,
]

/** Runs the command line in this process, and gives what it complained about. */
async function complaint(args: readonly string[]): Promise<{ code: number; lines: readonly string[] }> {
  const written: string[] = []
  const write = process.stderr.write
  process.stderr.write = (text: string | Uint8Array) => written.push(String(text)) > 0
  try {
    const code = await main(args)
    return { code, lines: written.join('').trim().split('\n') }
  } finally {
    process.stderr.write = write
  }
}

const registering = (...args: readonly string[]) => ['plugin', 'register-webhook', 'shop', ...args]

const asked = ['--kinds', 'apps/v1/Deployment', '--operations', 'Retain']

const wrongUsage: Readonly<Record<string, readonly [args: readonly string[], says: RegExp]>> = {
  'a webhook that is asked nothing': [registering('--kinds', 'v1/Pod'), /'--operations <names>'|not specified/],
  'a webhook that is asked what there is not': [
    registering('--kinds', 'v1/Pod', '--operations', 'Retain,Prune'),
    /"Prune" is none of \*, InterpretReplica, /,
  ],
  'a webhook for what is no kind': [
    registering('--kinds', 'Deployment', '--operations', '*'),
    /"Deployment" is not a kind such as apps\/v1\/Deployment/,
  ],
  'a webhook that is nowhere': [registering(...asked), /say where the webhook is: --url or --service/],
  'a webhook at no Service': [registering('--service', 'hooks', ...asked), /It is a Service such as ops\/hooks/],
  'a webhook at two places': [
    registering('--service', 'ops/hooks', '--url', 'https://a/', ...asked),
    /cannot be used with option/,
  ],
  'a command that is none': [['fly'], /unknown command 'fly'/],
  'a flag that is none': [['up', '--fast'], /unknown option '--fast'/],
  'a flag that is nearly one': [['up', '--member', '3'], /Did you mean --members\?/],
  'an argument too many': [['up', 'fast'], /too many arguments for 'up'/],
  'a number that is none': [['up', '--members', 'x'], /--members <n>.* 'x' is invalid.* from 0 to 100/],
  'a number out of range': [['up', '--port', '99999'], /--port <port>.* '99999' is invalid.* from 0 to 65535/],
  'no name to join under': [['join', '--cluster-kubeconfig', twoContexts], /missing required argument 'name'/],
  'nothing to plan': [['plan'], /'-f, --filename <file>' not specified/],
  'a format that is none': [['plan', '-f', 'x', '-o', 'xml'], /'xml' is invalid.* wide, json, yaml/],
  'an argument too many to compare': [['diff', 'a', 'b', 'c'], /too many arguments for 'diff'/],
  'nothing to ask an interpreter': [
    ['interpret'],
    /say --check, --edit, or --operation with one of Retain, InterpretReplica/,
  ],
  'an operation that is none': [['interpret', '--operation', 'prune'], /'prune' is invalid.* one of Retain/],
  'to check and to ask at once': [
    ['interpret', '-f', 'x', '--check', '--operation', 'Retain'],
    /choose one of --check, --edit and --operation/,
  ],
  'nothing to edit': [['interpret', '--edit'], /--edit needs one file with -f/],
  'nothing to check': [['interpret', '--check'], /--check needs -f/],
  'two who answer': [['interpret', '--operation', 'Retain', '-f', 'x', '--plugin', 'y'], /-f or --plugin/],
  'no cases': [['interpret', 'test'], /'--cases <file\.\.\.>' not specified/],
  'two who answer cases': [
    ['interpret', 'test', '--builtin', '--customization', 'x', '--cases', 'y'],
    /choose who answers: --builtin, --customization and --module, or --plugin/,
  ],
  'a language nobody has a template for': [
    ['plugin', 'init', 'x', '--language', 'cobol'],
    /'cobol' is invalid.* ts, js, assemblyscript, go, lua, rust/,
  ],
  'a plugin for what is no kind': [
    ['plugin', 'init', 'x', '--kind', 'Deployment'],
    /'Deployment' is invalid.* such as apps\/v1\/Deployment/,
  ],
  'a package in a language that the control plane is not written in': [
    ['plugin', 'init', 'x', '--language', 'go', '--in-process'],
    /is written in TypeScript: leave out --language/,
  ],
  'nothing to sign': [['plugin', 'sign', '--key', 'k'], /name a file to sign, or say --generate-key/],
  'nothing to sign with': [['plugin', 'sign', 'x.wasm'], /'--key <file>' not specified/],
  'a place that is no registry': [
    ['plugin', 'push', 'x.wasm', 'registry.example/x'],
    /'registry\.example\/x' is invalid.* such as oci:\/\/registry\.example\/team\/plugin:v1/,
  ],
  'no time to measure': [['plugin', 'bench', '--seconds', '0'], /'0' is invalid.* number of seconds/],
  'a taint of what has none': [['taint', 'nodes', 'paris', 'a:NoSchedule'], /Only clusters have taints/],
  'a taint that is none': [['taint', 'clusters', 'paris', 'a=b'], /"a=b" has no effect/],
  'a taint that only prefers': [
    ['taint', 'clusters', 'paris', 'a:PreferNoSchedule'],
    /the effect is NoSchedule or NoExecute, not PreferNoSchedule/,
  ],
  'no taint': [['taint', 'clusters', 'paris'], /missing required argument 'taints'/],
  'nothing to unjoin': [['unjoin'], /missing required argument 'name'/],
  'a time that is none': [['unjoin', 'paris', '--wait', 'soon'], /'soon' is invalid.* a time such as 60s/],
  'nothing to join': [['join', 'paris'], /'--cluster-kubeconfig <file>' not specified/],
}
for (const [name, [args, says]] of Object.entries(wrongUsage)) {
  test(`wrong usage: ${name}`, async () => {
    const { code, lines } = await complaint(args)
    assert.equal(code, 2)
    assert.match(lines.join(' '), says)
  })
}

const failing: Readonly<Record<string, readonly [args: readonly string[], says: RegExp]>> = {
  'a name that no plugin can have': [
    ['plugin', 'init', join(directory, 'My_Plugin')],
    /My_Plugin is no name for a plugin/,
  ],
  'a folder that is no plugin': [['plugin', 'build', directory], /is no plugin: it has no plugin\.yaml/],
  'a program that is none': [['plugin', 'inspect', oneObject], /one-object is no program/],
  'a user without a password': [
    ['plugin', 'push', 'x.wasm', 'oci://localhost:1/x', '--username', 'me'],
    /--username comes with --password-stdin/,
  ],
  'a config file that is not there': [['up', '--config', '/nowhere/x.yaml'], /CONFIG_INVALID: .*\/nowhere\/x\.yaml/],
  'a config file that is not YAML': [['up', '--config', notYaml], /CONFIG_INVALID: .*not-yaml cannot be read/],
  'a setting that does not fit': [['up', '--config', wrongConfig], /CONFIG_INVALID: config pluginTimeout: /],
  'a data directory that is a file': [['up', '--data-dir', notYaml], /data directory cannot be made: .*not-yaml/],
  'files to plan that are not there': [['plan', '-f', '/nowhere/x.yaml'], /\/nowhere\/x\.yaml/],
  'a plan for a control plane that does not answer': [
    ['plan', '-f', oneObject, '--kubeconfig', twoContexts, '--context', 'one'],
    /SERVER_UNREACHABLE: https:\/\/127\.0\.0\.1:1 did not answer: .*ECONNREFUSED/,
  ],
  'a diff for a context that is not there': [
    ['diff', '--kubeconfig', twoContexts, '--context', 'three'],
    /control plane: .*no three; there are: one, two/,
  ],
  'cases that are not there': [['interpret', 'test', '--cases', '/nowhere/x.yaml'], /there is no \/nowhere\/x\.yaml/],
  'cases where there are none': [['interpret', 'test', '--cases', wrongConfig], /1 of 1 cases failed/],
  'an interpreter that is none': [
    ['interpret', '-f', oneObject, '--operation', 'InterpretHealth', '--observed-file', oneObject],
    /one-object: ConfigMap a is no interpreter/,
  ],
  'an object that nobody interprets': [
    ['interpret', '--operation', 'InterpretReplica', '--desired-file', oneObject],
    /nobody answers InterpretReplica for v1 ConfigMap/,
  ],
  'an operation without its objects': [['interpret', '--operation', 'Retain'], /Retain: it needs desiredObj/],
  'plugins of a control plane that does not answer': [
    ['plugin', 'list', '--url', 'http://127.0.0.1:1'],
    /the points: .*fetch failed/,
  ],
  'a kubeconfig that is not there': [joining('--cluster-kubeconfig', '/nowhere/x'), /cluster to join: .*\/nowhere\/x/],
  'a kubeconfig that is not YAML': [joining('--cluster-kubeconfig', notYaml), /cluster to join: .*not-yaml/],
  'a kubeconfig whose server is none': [joining('--cluster-kubeconfig', noUrl), /cluster to join: .*URL/],
  'a kubeconfig without a current context': [
    joining('--cluster-kubeconfig', twoContexts),
    /cluster to join: .*none is current; there are: one, two/,
  ],
  'a context that is not there': [
    joining('--cluster-kubeconfig', twoContexts, '--cluster-context', 'three'),
    /cluster to join: .*no three; there are: one, two/,
  ],
  'a context of the control plane that is not there': [
    joining('--cluster-kubeconfig', twoContexts, '--cluster-context', 'one', '--context', 'three'),
    /control plane: .*no three; there are: one, two/,
  ],
  'a cluster that does not answer': [
    joining('--cluster-kubeconfig', twoContexts, '--cluster-context', 'two'),
    /SERVER_UNREACHABLE: https:\/\/127\.0\.0\.1:1 did not answer: .*ECONNREFUSED/,
  ],
}
for (const [name, [args, says]] of Object.entries(failing)) {
  test(`failure, in one line: ${name}`, async () => {
    const { code, lines } = await complaint(args)
    assert.equal(code, 1)
    assert.equal(lines.length, 1, lines.join('\n'))
    assert.match(lines[0] ?? '', says)
  })
}
