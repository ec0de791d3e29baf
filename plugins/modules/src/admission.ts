import { X509Certificate } from 'node:crypto'
import { isAbsolute, normalize } from 'node:path'
import {
  apiVersion,
  between,
  checks,
  chosen,
  deepEqual,
  type Extension,
  Field,
  FlotillaError,
  groupOf,
  guestPoints,
  type Host,
  type ModuleLimits,
  type ModuleSource,
  type ModuleTarget,
  moduleDigest,
  named,
  oneOf,
  type Problems,
  present,
  type ResourceInterpreterModule,
  type ResourceInterpreterModuleSpec,
  reasonOf,
  resourceInterpreterModuleKind,
  type SandboxLimits,
  type StatusCause,
  unique,
  type Write,
  written,
} from '@flotilla/sdk'
import { bounds, bytes, limitsOf, milliseconds } from './limits.ts'
import { pluginName } from './module.ts'
import type { ModuleOptions } from './options.ts'
import { needsTargets, wrongFunctions } from './points.ts'
import { wrongSignature } from './signature.ts'
import { wrongAddress } from './source/download.ts'
import { fromText, scriptOf } from './source/program.ts'
import { imageOf } from './source/registry.ts'

type Spec = ResourceInterpreterModuleSpec

const ownGroup = groupOf(resourceInterpreterModuleKind.apiVersion)

const places: readonly (keyof ModuleSource)[] = ['inline', 'configMapRef', 'file', 'url', 'oci']

/** A module that stood before the writes of modules could never be mended. */
function* targetProblems(target: Field<ModuleTarget>): Problems {
  yield* named(target.at('apiVersion'), apiVersion)
  yield* present(target.at('kind'))
  const version: unknown = target.at('apiVersion').value
  if (typeof version === 'string' && groupOf(version) === ownGroup)
    yield target.at('apiVersion').forbidden('no module is asked about what configures Flotilla')
}

function* pointProblems(spec: Field<Spec | undefined>): Problems {
  const points = spec.at('points').items()
  const ids = guestPoints.map(({ id }) => id as string)
  for (const point of points) yield* chosen(point, ids)
  yield* unique(points)
  const targeted = guestPoints.find((point) => needsTargets(point) && points.some(({ value }) => value === point.id))
  if (targeted && spec.at('targets').items().length === 0)
    yield spec.at('targets').required(`${targeted.id} is asked only about kinds that are named`)
}

function* urlProblems(source: Field<ModuleSource | undefined>, spec: Field<Spec | undefined>): Problems {
  yield* written(source.at('url'), wrongAddress)
  if (source.at('url').value && !spec.at('sha256').value)
    yield spec.at('sha256').required('what is downloaded has to be pinned')
}

const imageText = (text: string): string | undefined =>
  imageOf(text) ? undefined : 'must be an image by digest, such as "example.com/health@sha256:..."'

const certificate = (pem: string): string | undefined => {
  try {
    new X509Certificate(pem)
    return undefined
  } catch {
    return 'must be certificates in PEM'
  }
}

const fileName = (path: string): string | undefined =>
  isAbsolute(path) || normalize(path).startsWith('..') ? 'must be a path below the moduleDirectory' : undefined

function* sourceProblems(spec: Field<Spec | undefined>, { directory }: ModuleOptions): Problems {
  const source = spec.at('source')
  const said = places.filter((place) => source.at(place).value !== undefined)
  if (said.length === 0) yield source.required(`one of ${places.join(', ')}`)
  for (const place of said.slice(1))
    yield source.at(place).forbidden(`cannot stand beside ${said[0]}; keep one of them`)
  for (const place of said) yield* present(source.at(place))
  yield* written(source.at('file'), fileName)
  if (source.at('file').value && !directory) yield source.at('file').forbidden('the config file has no moduleDirectory')
  yield* urlProblems(source, spec)
  const oci = source.at('oci')
  if (oci.value) yield* named(oci.at('image'), imageText)
  yield* written(source.at('caBundle'), certificate)
}

const units: Readonly<Record<keyof SandboxLimits, (value: never) => number | undefined>> = {
  timeout: milliseconds,
  memory: bytes,
  output: bytes,
  concurrency: (count: number) => count,
}

const words: Readonly<Record<keyof SandboxLimits, string>> = {
  timeout: 'must be a time from 1ms to 30s, such as "500ms"',
  memory: 'must be an amount from 1Mi to 1Gi',
  output: 'must be an amount of bytes, at most 16Mi',
  concurrency: 'must be 1 to 16',
}

function* limitProblems(limits: Field<ModuleLimits | undefined>): Problems {
  yield* between(limits.at('concurrency'), ...bounds.concurrency)
  for (const limit of ['timeout', 'memory', 'output'] as const) {
    const field = limits.at(limit)
    if (field.value === undefined) continue
    const value = ['string', 'number'].includes(typeof field.value) ? units[limit](field.value as never) : undefined
    const [least, most] = bounds[limit]
    if (value === undefined || value < least || value > most) yield field.invalid(words[limit])
  }
}

/** What a module says that it cannot be, as far as that is seen without its program. */
export function* moduleProblems({ manifest }: Write<ResourceInterpreterModule>, options: ModuleOptions): Problems {
  const spec = new Field<ResourceInterpreterModule>('', manifest).at('spec') as Field<Spec | undefined> // of any shape
  yield* chosen(spec.at('runtime'), ['wasm', 'javascript'])
  for (const target of spec.at('targets').items()) yield* targetProblems(target as Field<ModuleTarget>)
  yield* pointProblems(spec)
  yield* sourceProblems(spec, options)
  yield* written(spec.at('sha256'), (text) => (/^[0-9a-f]{64}$/.test(text) ? undefined : 'must be 64 digits in lower-case hex')) // biome-ignore format: one step
  if (options.requireSigned && !spec.at('signature').value && !spec.at('source').at('oci').value)
    yield spec.at('signature').required('the config file demands one')
  yield* limitProblems(spec.at('limits'))
  for (const capability of spec.at('capabilities').items())
    yield capability.forbidden('there is nothing a module can be given')
  yield* oneOf(spec.at('failurePolicy'), ['Fail', 'Ignore'])
}

/** What is wrong with a program that stands in the module itself: it is looked at as it will be when it is loaded. */
async function* inlineProblems(host: Host, manifest: ResourceInterpreterModule, options: ModuleOptions) {
  const { metadata, spec } = manifest
  const field = new Field('', manifest).at('spec')
  const { inline = '' } = spec.source
  const program = fromText(inline, spec.runtime)
  const digest = moduleDigest(program)
  if (spec.sha256 && spec.sha256 !== digest) yield field.at('sha256').invalid(`the program's is ${digest}`)
  const unsigned = wrongSignature(program, spec.signature, options)
  if (unsigned) yield field.at('signature').invalid(unsigned)
  const code = spec.runtime === 'wasm' ? program : scriptOf(program)
  const limits = limitsOf(spec.limits)
  const name = pluginName(metadata.name)
  const sandbox = await host.sandboxes.open({ name, runtime: spec.runtime, code, limits })
  sandbox.close()
  const problem = wrongFunctions(spec, sandbox.functions)
  if (problem) yield field.at(spec.points ? 'points' : 'source').invalid(problem)
}

/** Whether it is the program that cannot be: that nothing could be tried now is not its fault. */
const isOfProgram = (cause: unknown): boolean => !(cause instanceof FlotillaError) || cause.code === 'SANDBOX_PROGRAM'

async function tried(host: Host, manifest: ResourceInterpreterModule, options: ModuleOptions): Promise<Problems> {
  const problems: StatusCause[] = []
  try {
    for await (const problem of inlineProblems(host, manifest, options)) problems.push(problem)
  } catch (cause) {
    const source = new Field('', manifest).at('spec').at('source').at('inline')
    if (isOfProgram(cause)) problems.push(source.invalid(reasonOf(cause)))
  }
  return problems
}

/** Refuses modules that could not work, and programs in them that cannot be compiled, with their line. */
export const moduleAdmission = (host: Host, options: ModuleOptions): Extension =>
  checks([resourceInterpreterModuleKind], (write) => {
    const { manifest, before } = write
    const problems = [...moduleProblems(write, options)]
    const isTried = typeof manifest.spec?.source?.inline === 'string' && !deepEqual(manifest.spec, before?.spec)
    return problems.length === 0 && isTried ? tried(host, manifest, options) : problems
  })
