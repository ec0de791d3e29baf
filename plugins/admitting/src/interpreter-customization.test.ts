import {
  type CustomizationRules,
  type ResourceInterpreterCustomization,
  resourceInterpreterCustomizationKind,
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

const beside = (...objects: readonly ResourceInterpreterCustomization[]) => ({ host: { objects } })

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
})
