import type { OverridePolicy, Overriders, OverrideSpec } from '@flotilla/sdk'
import { clusterOverridePolicy, examineCauses, examineMutate, overridePolicy as policy } from '@flotilla/sdk/testing'
import { overridePolicy } from './override-policy.ts'

const inShop = (spec: OverrideSpec): OverridePolicy => policy({ name: 'web', namespace: 'shop', ...spec })
const secrets = { apiVersion: 'v1', kind: 'Secret' }

examineMutate(overridePolicy, {
  'a selector without a namespace is about that of the policy': {
    given: { manifest: inShop({ resourceSelectors: [secrets, { ...secrets, namespace: 'shop' }] }) },
    becomes: inShop({
      resourceSelectors: [
        { ...secrets, namespace: 'shop' },
        { ...secrets, namespace: 'shop' },
      ],
    }),
  },
  'a selector of a policy for the whole cluster is about all namespaces': {
    given: { manifest: clusterOverridePolicy({ resourceSelectors: [secrets] }) },
  },
  'a policy without selectors is about all there is': { given: { manifest: inShop({}) } },
})

const overriding = (overriders: Overriders, ...causes: readonly string[]) => ({
  given: { manifest: inShop({ overrideRules: [{ overriders }] }) },
  causes: causes.map((cause) => `spec.overrideRules[0].overriders.${cause}`),
})

/** A field may hold what the type forbids, as users write it. */
const anything = <T>(value: unknown): T => value as T

const overriders: Overriders = { labelsOverrider: [{ operator: 'add', value: { tier: 'gold' } }] }
const targetCluster = { clusterNames: ['member1'] }

examineCauses(overridePolicy, {
  'a good policy': { given: { manifest: inShop({ overrideRules: [{ targetCluster, overriders }] }) } },
  'a good policy of old': { given: { manifest: inShop({ targetCluster, overriders }) } },
  'a selector for another namespace': {
    given: { manifest: inShop({ resourceSelectors: [{ ...secrets, namespace: 'other' }] }) },
    causes: [
      'spec.resourceSelectors[0].namespace: Invalid value: "other": must be shop, the namespace of the policy; a policy for others is cluster-scoped',
    ],
  },
  'old and new form at once': {
    given: { manifest: inShop({ overrideRules: [{ overriders }], targetCluster, overriders }) },
    causes: [
      'spec.targetCluster: Forbidden: cannot stand beside overrideRules; each rule has its own',
      'spec.overriders: Forbidden: cannot stand beside overrideRules; each rule has its own',
    ],
  },
  'overriders of old that say nothing do no harm': {
    given: { manifest: inShop({ overrideRules: [{ overriders }], overriders: { plaintext: [] } }) },
  },
  'clusters that no cluster can be': {
    given: {
      manifest: inShop({
        overrideRules: [
          {
            targetCluster: {
              fieldSelector: anything({ matchExpressions: [{ key: 'rack', operator: 'In', values: ['1'] }] }),
            },
            overriders,
          },
        ],
      }),
    },
    causes: [
      'spec.overrideRules[0].targetCluster.fieldSelector.matchExpressions[0].key: Unsupported value: "rack": supported values: "provider", "region", "zone"',
    ],
  },
})

examineCauses(overridePolicy, {
  'good overriders': overriding({
    imageOverrider: [
      { component: 'Registry', operator: 'replace', value: 'registry.example.com:5000/mirror' },
      { component: 'Registry', operator: 'add', value: '.example.com' },
      { component: 'Registry', operator: 'remove' },
      { component: 'Repository', operator: 'replace', value: 'library/nginx' },
      { component: 'Repository', operator: 'add', value: '/nginx' },
      { component: 'Tag', operator: 'replace', value: 'v1.25_a' },
      { component: 'Tag', operator: 'replace', value: `sha256:${'0'.repeat(64)}` },
      { component: 'Tag', operator: 'add', value: '-alpine' },
      { predicate: { path: '/spec/image' }, component: 'Tag', operator: 'remove' },
    ],
    commandOverrider: [{ containerName: 'web', operator: 'add', value: ['--debug'] }],
    annotationsOverrider: [{ operator: 'add', value: { 'example.com/note': 'any text; even this' } }],
    fieldOverrider: [
      { fieldPath: '/data/a.json', json: [{ subPath: '/a', operator: 'add', value: null }] },
      { fieldPath: '/data/a.yaml', yaml: [{ subPath: '/a', operator: 'remove' }] },
    ],
    plaintext: [
      { path: '/metadata/annotations/example.com~1a', operator: 'replace', value: 0 },
      { path: '/spec/x', operator: 'remove' },
    ],
  }),
  'a part of an image there is not': overriding(
    anything({ imageOverrider: [{ component: 'Name', operator: 'set', value: 'a' }] }),
    'imageOverrider[0].component: Unsupported value: "Name": supported values: "Registry", "Repository", "Tag"',
    'imageOverrider[0].operator: Unsupported value: "set": supported values: "add", "remove", "replace"',
  ),
  'an image path that is no pointer': overriding(
    { imageOverrider: [{ predicate: { path: 'spec.image' }, component: 'Tag', operator: 'remove' }] },
    'imageOverrider[0].predicate.path: Invalid value: "spec.image": must be a JSON pointer: it starts with a slash, as in "/spec/replicas"',
  ),
  'nothing to put into an image': overriding(
    { imageOverrider: [{ component: 'Tag', operator: 'add' }] },
    'imageOverrider[0].value: Required value: add and replace need one',
  ),
  'a registry, a repository and a tag that are none': overriding(
    {
      imageOverrider: [
        { component: 'Registry', operator: 'replace', value: 'https://registry' },
        { component: 'Repository', operator: 'replace', value: 'Library/Nginx' },
        { component: 'Tag', operator: 'replace', value: ':1.25' },
        { component: 'Repository', operator: 'add', value: ':1.25' },
      ],
    },
    'imageOverrider[0].value: Invalid value: "https://registry": must be a registry, such as "registry.example.com:5000"',
    'imageOverrider[1].value: Invalid value: "Library/Nginx": must be a repository, such as "library/nginx": lower case, and no tag',
    'imageOverrider[2].value: Invalid value: ":1.25": must be a tag or a digest, such as "1.25" or "sha256:..."',
    'imageOverrider[3].value: Invalid value: ":1.25": must go on where a repository ends, such as "/nginx": lower case, and no tag',
  ),
  'words that happen to be none': overriding({
    argsOverrider: [{ containerName: 'web', operator: 'add', value: [] }],
  }),
  'a command of no container': overriding(
    anything({ commandOverrider: [{ operator: 'replace', value: [] }], argsOverrider: [{ containerName: 'web' }] }),
    'commandOverrider[0].containerName: Required value',
    'commandOverrider[0].operator: Unsupported value: "replace": supported values: "add", "remove"',
    'argsOverrider[0].operator: Required value: one of add, remove',
    'argsOverrider[0].value: Required value: the words to add or remove',
  ),
  'labels that could be none': overriding(
    {
      labelsOverrider: [{ operator: 'add', value: { 'a b': 'ok', ok: 'a b' } }],
      annotationsOverrider: [{ operator: 'add', value: { 'a b': 'a b' } }],
    },
    `labelsOverrider[0].value[a b]: Invalid value: "a b": must start and end with a letter or digit and have only those, '-', '_' and '.' between, such as "app" or "example.com/app"`,
    `labelsOverrider[0].value[ok]: Invalid value: "a b": must be empty, or start and end with a letter or digit and have only those, '-', '_' and '.' between, such as "blue"`,
    `annotationsOverrider[0].value[a b]: Invalid value: "a b": must start and end with a letter or digit and have only those, '-', '_' and '.' between, such as "app" or "example.com/app"`,
  ),
  'a document that is both or neither': overriding(
    {
      fieldOverrider: [
        { fieldPath: '/a' },
        {
          fieldPath: '/a',
          json: [{ subPath: '/b', operator: 'remove' }],
          yaml: [{ subPath: '/b', operator: 'remove' }],
        },
      ],
    },
    'fieldOverrider[0]: Invalid value: {"fieldPath":"/a"}: must have either json or yaml',
    'fieldOverrider[1]: Invalid value: {"fieldPath":"/a","json":[{"subPath":"/b","operator":"remove"}],"yaml":[{"subPath":"/b","operator":"remove"}]}: must have either json or yaml',
  ),
  'patches of a document that say too much or too little': overriding(
    {
      fieldOverrider: [
        {
          fieldPath: 'a',
          json: [
            { subPath: '', operator: 'add' },
            { subPath: '/b', operator: 'remove', value: 1 },
          ],
        },
      ],
    },
    'fieldOverrider[0].fieldPath: Invalid value: "a": must be a JSON pointer: it starts with a slash, as in "/spec/replicas"',
    'fieldOverrider[0].json[0].subPath: Required value',
    'fieldOverrider[0].json[0].value: Required value: add and replace need one',
    'fieldOverrider[0].json[1].value: Forbidden: remove has none',
  ),
  'a patch that fits no object': overriding(
    anything({
      plaintext: [
        { path: 'spec/replicas', operator: 'replace' },
        { path: '/a~b', operator: 'move' },
      ],
    }),
    'plaintext[0].path: Invalid value: "spec/replicas": must be a JSON pointer: it starts with a slash, as in "/spec/replicas"',
    'plaintext[0].value: Required value: add and replace need one',
    'plaintext[1].path: Invalid value: "/a~b": must be a JSON pointer: a tilde is written as "~0", a slash inside a name as "~1"',
    'plaintext[1].operator: Unsupported value: "move": supported values: "add", "remove", "replace"',
  ),
})

const noValue = { cel: 'cluster.metadata.name' } as const

examineCauses(overridePolicy, {
  'an expression wherever a value may stand': overriding({
    imageOverrider: [{ component: 'Registry', operator: 'replace', cel: '"registry." + cluster.spec.region' }],
    commandOverrider: [{ containerName: 'web', operator: 'add', cel: '["--zone", cluster.spec.zones[0]]' }],
    argsOverrider: [{ containerName: 'web', operator: 'remove', cel: 'value.filter(word, word.startsWith("-"))' }],
    labelsOverrider: [{ operator: 'add', cel: '{"cluster": cluster.metadata.name}' }],
    annotationsOverrider: [{ operator: 'remove', cel: 'value' }],
    fieldOverrider: [
      { fieldPath: '/data/a.json', json: [{ subPath: '/a', operator: 'add', ...noValue }] },
      { fieldPath: '/data/a.yaml', yaml: [{ subPath: '/a', operator: 'replace', ...noValue }] },
    ],
    plaintext: [{ path: '/spec/replicas', operator: 'replace', cel: 'object.spec.replicas * 2' }],
  }),
  'a value and an expression': overriding(
    {
      imageOverrider: [{ component: 'Tag', operator: 'replace', value: '2', ...noValue }],
      labelsOverrider: [{ operator: 'add', value: {}, ...noValue }],
      plaintext: [{ path: '/spec/a', operator: 'add', value: 0, ...noValue }],
    },
    'imageOverrider[0].cel: Forbidden: cannot stand beside value',
    'labelsOverrider[0].cel: Forbidden: cannot stand beside value',
    'plaintext[0].cel: Forbidden: cannot stand beside value',
  ),
  'neither value nor expression': overriding(
    { annotationsOverrider: [{ operator: 'add' }] },
    'annotationsOverrider[0].value: Required value',
  ),
  'an expression of what is removed': overriding(
    {
      imageOverrider: [{ component: 'Tag', operator: 'remove', ...noValue }],
      plaintext: [{ path: '/spec/a', operator: 'remove', ...noValue }],
    },
    'imageOverrider[0].cel: Forbidden: remove has none',
    'plaintext[0].cel: Forbidden: remove has none',
  ),
  'expressions that are none': overriding(
    {
      labelsOverrider: [{ operator: 'add', cel: '' }],
      plaintext: [
        { path: '/spec/a', operator: 'add', cel: 'object.spec.' },
        { path: '/spec/a', operator: 'add', cel: 'objct.spec' },
        { path: '/spec/a', operator: 'add', cel: 'object.spec.replicas.double()' },
      ],
    },
    'labelsOverrider[0].cel: Required value',
    'plaintext[0].cel: Invalid value: "object.spec.": line 1, column 12: found . but expecting end of input',
    'plaintext[1].cel: Invalid value: "objct.spec": line 1, column 1: there is no variable objct; there are cluster, object, value',
    'plaintext[2].cel: Invalid value: "object.spec.replicas.double()": line 1, column 21: double does not take 0 arguments as a method',
  ),
})
