import type { CustomizationRules } from '@flotilla/sdk'
import { type OperationName, operationNamed, operationNames } from '@flotilla/sdk/cases'

/** Where a customization has the script of an operation. */
export const ruleOf: Readonly<Record<OperationName, keyof CustomizationRules>> = {
  Retain: 'retention',
  InterpretReplica: 'replicaResource',
  InterpretComponent: 'componentResource',
  ReviseReplica: 'replicaRevision',
  InterpretStatus: 'statusReflection',
  AggregateStatus: 'statusAggregation',
  InterpretHealth: 'healthInterpretation',
  InterpretDependency: 'dependencyInterpretation',
}

/** What a script defines, and what that gives. */
const signatures: Readonly<Record<OperationName, readonly [signature: string, gives: string]>> = {
  Retain: ['Retain(desiredObj, observedObj)', 'the desired object, with the fields that belong to the member'],
  InterpretReplica: ['GetReplicas(desiredObj)', 'how many replicas it wants, and what one of them needs'],
  InterpretComponent: ['GetComponents(desiredObj)', 'a list of components: name, replicas, replicaRequirements'],
  ReviseReplica: ['ReviseReplica(desiredObj, desiredReplica)', 'the object with so many replicas'],
  InterpretStatus: ['ReflectStatus(observedObj)', 'what of its status is collected'],
  AggregateStatus: ['AggregateStatus(desiredObj, statusItems)', 'the object with one status from all'],
  InterpretHealth: ['InterpretHealth(observedObj)', 'whether it is healthy'],
  InterpretDependency: [
    'GetDependencies(desiredObj)',
    'a list of what it refers to: apiVersion, kind, namespace, name',
  ],
}

/** A customization as it is edited. */
export interface Edited {
  readonly name: string
  readonly apiVersion: string
  readonly kind: string
  /** Scripts by operation; there is none where nothing is written. */
  readonly scripts: Readonly<Partial<Record<OperationName, string>>>
}

/** What is said to who edits stands behind this, and is never read. */
const aside = '--|'

export const isAside = (line: string): boolean => line.startsWith(aside)

export const asides = (lines: readonly string[]): string => lines.map((line) => `${aside} ${line}\n`).join('')

const ended = (script: string): string => (script === '' || script.endsWith('\n') ? script : `${script}\n`)

/** The text of a customization for an editor: all its scripts in one, with what is wrong with it on top. */
export function editorText(
  { name, apiVersion, kind, scripts }: Edited,
  wrong: readonly string[] = [],
  isExplained = false,
): string {
  const head = [
    `Write the script of a rule below its name. Lines that begin with ${aside} are not read; without a change nothing is saved.`,
    ...wrong,
  ]
  const rules = operationNames.map((operation) => {
    const [signature, gives] = signatures[operation]
    const doc = isExplained ? asides([`function ${signature}: ${gives}`]) : ''
    return `---@rule: ${operation}\n${doc}${ended(scripts[operation] ?? '')}`
  })
  return `${asides(head)}---@name: ${name}\n---@apiVersion: ${apiVersion}\n---@kind: ${kind}\n${rules.join('')}`
}

const field = /^---@(name|apiVersion|kind|rule):\s*(.*?)\s*$/

/** Reads what was edited. Throws with the line when something stands where nothing can. */
export function readEdited(text: string): Edited {
  const said: Record<string, string> = { name: '', apiVersion: '', kind: '' }
  const scripts = new Map<OperationName, string[]>()
  let script: string[] | undefined
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (isAside(line)) continue
    const [, key, value = ''] = field.exec(line) ?? []
    if (key === 'rule') {
      const operation = operationNamed(value)
      if (!operation)
        throw new Error(`line ${index + 1}: there is no rule ${value}; there are ${operationNames.join(', ')}`)
      script = []
      scripts.set(operation, script)
    } else if (key) said[key] = value
    else if (script) script.push(line)
    else if (line.trim() !== '') throw new Error(`line ${index + 1}: "${line}" belongs to no rule`)
  }
  const written = [...scripts].map(([operation, lines]) => [operation, lines.join('\n').trimEnd()] as const)
  const { name = '', apiVersion = '', kind = '' } = said
  return {
    name,
    apiVersion,
    kind,
    scripts: Object.fromEntries(
      written.filter(([, lines]) => lines.trim() !== '').map(([operation, lines]) => [operation, `${lines}\n`]),
    ),
  }
}
