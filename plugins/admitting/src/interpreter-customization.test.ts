import {
  type CustomizationRules,
  errors,
  type ResourceInterpreterCustomization,
  resourceInterpreterCustomizationKind,
  type Sandboxes,
} from '@flotilla/sdk'
import { examineCauses } from '@flotilla/sdk/testing'
import { interpreterCustomization } from './interpreter-customization.ts'

const script = { luaScript: 'return 1' }

const customization = (
  name: string,
  customizations: CustomizationRules,
  target = { apiVersion: 'apps/v1', kind: 'Deployment' },
): ResourceInterpreterCustomization => ({
  apiVersion: resourceInterpreterCustomizationKind.apiVersion,
  kind: resourceInterpreterCustomizationKind.kind,
  metadata: { name },
  spec: { target, customizations },
})

const saying = (manifest: ResourceInterpreterCustomization, ...causes: readonly string[]) => ({
  given: { manifest },
  causes: causes.map((cause) => `spec.${cause}`),
})

/** Compiles whatever has no `= =` in it. */
const sandboxes: Sandboxes = {
  open: async ({ name, code }) => {
    const line = String(code)
      .split('\n')
      .findIndex((text) => text.includes('= ='))
    if (line >= 0) throw errors.SANDBOX_PROGRAM(name, `line ${line + 1}: unexpected symbol near '='`)
    return { functions: [], call: async () => [], close: () => {} }
  },
}

const full: Sandboxes = {
  open: async () => {
    throw new Error('no room')
  },
}

const beside = (...objects: readonly ResourceInterpreterCustomization[]) => ({ host: { objects, sandboxes } })

const unparsable = { luaScript: 'function Retain(desired, observed)\n  desired.spec = = 1\nend' }

examineCauses(interpreterCustomization, {
  'a good customization': saying(customization('a', { retention: script })),
  'no kind': saying(
    customization('a', {}, { apiVersion: '', kind: '' }),
    'target.apiVersion: Required value',
    'target.kind: Required value',
  ),
  'a script that says nothing': saying(
    customization('a', { retention: { luaScript: '' } }),
    'customizations.retention.luaScript: Required value',
  ),
  'another one has the same answer': {
    ...saying(
      customization('a', { retention: script, replicaRevision: script }),
      'customizations.retention: Forbidden: ResourceInterpreterCustomization b has it for this kind already',
    ),
    ...beside(customization('b', { retention: script })),
  },
  'another one has the answer for another kind': {
    ...saying(customization('a', { retention: script })),
    ...beside(customization('b', { retention: script }, { apiVersion: 'apps/v1', kind: 'StatefulSet' })),
  },
  'dependencies of several are added up': {
    ...saying(customization('a', { dependencyInterpretation: script })),
    ...beside(customization('b', { dependencyInterpretation: script })),
  },
  'an update is not in its own way': {
    ...saying(customization('a', { retention: script })),
    ...beside(customization('a', { retention: script })),
  },
  'a script that cannot be compiled, with the line where': {
    ...saying(
      customization('a', { retention: unparsable, replicaRevision: script }),
      `customizations.retention.luaScript: Invalid value: "desired.spec = = 1": it cannot be run: line 2: unexpected symbol near '='`,
    ),
    ...beside(),
  },
  'a script that was there before is not compiled again': {
    given: {
      manifest: customization('a', { retention: unparsable, replicaRevision: script }),
      before: customization('a', { retention: unparsable }),
    },
    causes: [],
    ...beside(),
  },
  'a script that cannot be tried now': {
    ...saying(customization('a', { retention: script })),
    host: { sandboxes: full },
  },
})
