import { basename } from 'node:path'
import { text } from 'node:stream/consumers'
import { moduleDigest, moduleMediaTypes, signatureAnnotation } from '@flotilla/sdk'
import type { PushFlags } from '../commands/authoring.ts'
import { type ProgramFile, readProgram } from './program.ts'
import { dockerLogin, type Login } from './registry/login.ts'
import type { Place } from './registry/place.ts'
import { digestOf, Repository } from './registry/registry.ts'
import { signatureBeside } from './signature.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'

/** What stands where an image has its configuration: a program has none. */
const empty = { type: 'application/vnd.oci.empty.v1+json', bytes: Buffer.from('{}') }

const descriptor = (mediaType: string, bytes: Uint8Array) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
})

/** The manifest of a program: an artifact of one layer, with its signature where there is one. */
export function artifactOf(program: ProgramFile): object {
  const { file, runtime, bytes } = program
  const type = moduleMediaTypes[runtime]
  const signature = signatureBeside(program)
  return {
    schemaVersion: 2,
    mediaType: manifestType,
    artifactType: type,
    config: descriptor(empty.type, empty.bytes),
    layers: [{ ...descriptor(type, bytes), annotations: { 'org.opencontainers.image.title': basename(file) } }],
    ...(signature && { annotations: { [signatureAnnotation]: signature } }),
  }
}

/** Puts a program into a registry; gives the digest it is fetched by. */
export async function push(program: ProgramFile, place: Place, login: Login | undefined): Promise<string> {
  const repository = new Repository(place, login)
  await repository.putBlob(empty.bytes)
  await repository.putBlob(program.bytes)
  return repository.putManifest(artifactOf(program), manifestType)
}

async function loginOf(host: string, { username, passwordStdin }: PushFlags): Promise<Login | undefined> {
  if (username === undefined) return dockerLogin(host)
  if (!passwordStdin) throw new Error('--username comes with --password-stdin, and the password on standard input')
  return { username, password: (await text(process.stdin)).replace(/\r?\n$/, '') }
}

export async function runPush(file: string, place: Place, flags: PushFlags): Promise<void> {
  const { host, repository, tag } = place
  const login = await loginOf(host, flags)
  const program = readProgram(file)
  const digest = await push(program, place, login)
  console.log(`${host}/${repository}:${tag} is ${digest}`)
  console.log('in the manifest of the module:')
  console.log(`  source: { oci: { image: ${host}/${repository}@${digest} } }`)
  console.log(`  sha256: ${moduleDigest(program.bytes)}`)
}
