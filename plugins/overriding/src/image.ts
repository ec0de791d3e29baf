import { definePlugin, errors, type ImageOverrider, type Manifest, on, render } from '@flotilla/sdk'
import { computed, type Scene, text } from './document/computed.ts'
import { editContainers } from './document/containers.ts'
import { formatImage, type ImageReference, isDigest, isTag, parseImage } from './document/image-reference.ts'
import { edited, read, steps } from './document/patch.ts'

/** A tag or a digest; policies may write a digest with its `@`. Undefined when the text is neither. */
function version(text: string): Pick<ImageReference, 'tag' | 'digest'> | undefined {
  const digest = text.replace(/^@/, '')
  if (isDigest(digest)) return { digest }
  return isTag(text) ? { tag: text } : undefined
}

/** One and the same image has one version: setting the tag drops the digest, and the other way round. */
function retagged(image: ImageReference, { operator, value = '' }: ImageOverrider, path: string): ImageReference {
  const { tag, digest, ...name } = image
  if (operator === 'remove') return name
  const next = version(operator === 'add' ? `${tag ?? digest ?? ''}${value}` : value)
  if (next) return { ...name, ...next }
  if (operator === 'replace') throw errors.OVERRIDE_PATH(path, `"${value}" is neither a tag nor a digest`)
  return image // as in Karmada, where a suffix makes no tag, the image is left as it is
}

/** What a part of the name becomes; `remove` leaves nothing of it. */
function renamed(before: string, { operator, value = '' }: ImageOverrider): string {
  if (operator === 'remove') return ''
  return operator === 'add' ? before + value : value
}

/** An image's name with one part overridden. `path` is for messages. */
export function overrideImage(image: string | undefined, overrider: ImageOverrider, path: string): string {
  const parts = parseImage(image ?? '')
  if (!parts) throw errors.OVERRIDE_PATH(path, `"${image ?? ''}" is not the name of an image`)
  switch (overrider.component) {
    case 'Registry':
      return formatImage({ ...parts, registry: renamed(parts.registry ?? '', overrider) })
    case 'Repository':
      return formatImage({ ...parts, repository: renamed(parts.repository, overrider) })
    case 'Tag':
      return formatImage(retagged(parts, overrider, path))
  }
}

/** The part of an image's name that an overrider is about. */
function partOf(image: string | undefined, component: ImageOverrider['component']): string {
  const { registry, repository, tag, digest } = parseImage(image ?? '') ?? {}
  return { Registry: registry, Repository: repository, Tag: tag ?? digest }[component] ?? ''
}

/** An image's name with one part overridden, be it by an expression; whatever that says, it has to be an image then. */
function overrideName(scene: Scene, image: string | undefined, { cel, ...overrider }: ImageOverrider, path: string) {
  if (cel === undefined) return overrideImage(image, overrider, path)
  const value = computed(cel, scene, { path, value: partOf(image, overrider.component), as: text })
  const name = overrideImage(image, { ...overrider, value }, path)
  if (!parseImage(name)) throw errors.OVERRIDE_PATH(path, `"${name}" would not be the name of an image`)
  return name
}

function overrideAt(scene: Scene, overrider: ImageOverrider, path: string): Manifest {
  const image = read(scene.manifest, steps(path))
  if (typeof image !== 'string') throw errors.OVERRIDE_PATH(path, 'there is no image')
  return edited(scene.manifest, steps(path), () => overrideName(scene, image, overrider, path))
}

function overrideAll(scene: Scene, overrider: ImageOverrider): Manifest {
  const overridden = editContainers(scene.manifest, (container, path) => {
    const image = overrideName(scene, container.image, overrider, `${path}/image`)
    return image === container.image ? container : { ...container, image }
  })
  return overridden ?? scene.manifest
}

const overrideOnce = (scene: Scene, overrider: ImageOverrider): Manifest =>
  overrider.predicate ? overrideAt(scene, overrider, overrider.predicate.path) : overrideAll(scene, overrider)

/**
 * The manifest with its images overridden: where the predicate points, or in every container of a workload. Unlike
 * Karmada, an image with both tag and digest keeps both unless its tag is overridden, and CronJobs are known.
 */
export const overrideImages = ({ manifest, cluster, overriders }: render.Override): Manifest | undefined =>
  overriders.imageOverrider?.reduce((before, each) => overrideOnce({ manifest: before, cluster }, each), manifest)

export const imageOverrider = definePlugin({
  name: 'image-overrider',
  extensions: () => [on(render.override, overrideImages)],
})
