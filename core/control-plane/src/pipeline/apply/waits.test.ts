import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { Kind, Manifest } from '@flotilla/sdk'
import { configMapKind, deploymentKind } from '../../extension/machine.test-support.ts'
import { namespaceKind } from '../../member/kinds.ts'
import { at, desired, refusal, Scene, workFor } from './scene.test-support.ts'

let scene: Scene
afterEach(() => scene.end())

const kinds = [configMapKind, namespaceKind]

/** A definition of Deployments: to the stage they are a kind like any other. */
const definition = (version = 'v1', established: 'True' | 'False' = 'True'): Manifest => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'deployments.apps' },
  spec: { group: 'apps', names: { kind: 'Deployment' }, versions: [{ name: version, served: true }] },
  status: { conditions: [{ type: 'Established', status: established }] },
})

/** A member in which a kind can be defined. */
const begin = async (works: readonly Manifest[] = [workFor('member1')]) => {
  scene = await Scene.start({ kinds, objects: works })
  await scene.machine.until(() => scene.condition('Applied')?.status === 'False')
}
const define = (kind: Kind = deploymentKind) => {
  scene.member().kinds.push(kind)
  scene.member().objects.put(definition())
}
/** How often the member was asked what it serves. */
const discoveries = () => {
  const { client } = scene.member()
  const { raw } = client
  const seen = { count: 0 }
  const counted = (request: { path: string }) => {
    if (request.path === '/apis') seen.count++
    return raw(request)
  }
  Object.assign(client, { raw: counted })
  return seen
}

describe('a Work whose kind its member does not serve', () => {
  test('says so, and how to come by it', async () => {
    await begin()
    assert.equal(
      scene.condition('Applied')?.message,
      'Failed to apply all manifests (0/1): cluster member1 does not serve Deployment of apps/v1: install its CustomResourceDefinition there, or propagate it with a ClusterPropagationPolicy',
    )
    assert.deepEqual(
      scene.events('SyncFailed').map(({ about }) => about),
      ['Work web-x', 'Deployment web'],
    )
  })
  test('names the versions that are served', async () => {
    scene = await Scene.start({
      kinds: [...kinds, { ...deploymentKind, apiVersion: 'apps/v2' }],
      objects: [workFor('member1')],
    })
    await scene.machine.until(() => scene.condition('Applied')?.status === 'False')
    assert.match(
      scene.condition('Applied')?.message ?? '',
      /does not serve Deployment of apps\/v1, but v2: use one of these versions in the template$/,
    )
  })
  test('is brought as soon as the kind is defined, well before anybody would look again', async () => {
    await begin()
    await scene.machine.quiet()
    const since = performance.now()
    define()
    await scene.machine.until(() => scene.replicas() === 1)
    assert.ok(performance.now() - since < 5_000)
  })
  test('is not brought by a definition that is not established, or of another kind', async () => {
    await begin()
    const asked = discoveries()
    scene.member().objects.put(definition('v1', 'False'))
    scene.member().objects.put({ ...definition(), metadata: { name: 'x' }, spec: { group: 'apps', names: { kind: 'X' }, versions: [{ name: 'v1', served: true }] } }) // biome-ignore format: one line
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.equal(asked.count, 0)
    define()
    await scene.machine.until(() => scene.replicas() === 1)
  })
  test('is brought soon where discovery is behind the definition', async () => {
    await begin()
    scene.member().objects.put(definition())
    await new Promise((resolve) => setTimeout(resolve, 200))
    assert.equal(scene.replicas(), undefined)
    scene.member().kinds.push(deploymentKind)
    await scene.machine.until(() => scene.replicas() === 1)
  })
  test('costs no more questions when many wait', async () => {
    const many = Array.from({ length: 200 }, (_, i) => {
      const { metadata, ...rest } = workFor('member1', { ...desired('member1'), metadata: { ...at, name: `w${i}` } })
      return { ...rest, metadata: { ...metadata, name: i === 0 ? metadata.name : `w${i}` } }
    })
    await begin(many)
    await scene.machine.quiet()
    const asked = discoveries()
    define()
    await scene.machine.until(() => scene.member().objects.list(deploymentKind).length === 200)
    assert.ok(asked.count <= 2, `${asked.count} questions`)
  })
  test('waits anew when the kind has gone again', async () => {
    scene = await Scene.start({ kinds: [...kinds, deploymentKind], objects: [workFor('member1')] })
    await scene.applied()
    scene.refusing('create', () => {
      if (!scene.member().kinds.includes(deploymentKind)) throw refusal(404, 'NotFound', '404 page not found')
    })
    scene.member().kinds.splice(scene.member().kinds.indexOf(deploymentKind), 1)
    await scene.member().client.delete(deploymentKind, at)
    await scene.machine.until(() => /does not serve/.test(scene.condition('Applied')?.message ?? ''))
    define()
    await scene.machine.until(() => scene.replicas() === 1)
  })
})

describe('a Work whose namespace its member lacks', () => {
  const team = (cluster: object = {}): Manifest => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'default', ...cluster },
  })
  const lacking = async () => {
    scene = await Scene.start({ kinds: [...kinds, deploymentKind] })
    scene.refusing('create', ({ kind }) => {
      const namespace = scene.member().objects.get(namespaceKind, { name: 'default' })
      const details = { name: 'default', kind: 'namespaces' }
      if (kind !== 'Deployment') return
      if (!namespace) throw refusal(404, 'NotFound', 'namespaces "default" not found', details)
      if (namespace.metadata.deletionTimestamp) {
        const causes = [{ reason: 'NamespaceTerminating', message: 'namespace default is being terminated' }]
        throw refusal(403, 'Forbidden', 'unable to create new content in namespace default', { causes })
      }
    })
  }

  test('is brought when somebody makes it there', async () => {
    await lacking()
    scene.machine.objects.put(workFor('member1'))
    await scene.machine.until(() => scene.condition('Applied')?.status === 'False')
    scene.member().objects.put(team())
    await scene.machine.until(() => scene.replicas() === 1)
  })
  test('is brought when the control plane gets it', async () => {
    await lacking()
    scene.machine.objects.put(workFor('member1'))
    await scene.machine.until(() => scene.condition('Applied')?.status === 'False')
    scene.machine.objects.put(team({ uid: 'u' }))
    await scene.machine.until(() => scene.replicas() === 1)
  })
  test('is brought when one that was going is gone', async () => {
    await lacking()
    scene.machine.objects.put(team({ uid: 'u' }))
    const going = team({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['x'] })
    scene.member().objects.put(going)
    scene.machine.objects.put(workFor('member1'))
    await scene.machine.until(() => scene.condition('Applied')?.status === 'False')
    scene.member().objects.remove(going)
    await scene.machine.until(() => scene.replicas() === 1)
  })
})
