import { type AggregatedStatusItem, annotation, isFields, type Json, type Manifest } from '@flotilla/sdk'
import { number, numberAt } from '../read.ts'
import { type Said, said } from '../status.ts'
import { asFields, type Fields, present } from './status.ts'

/** The template's generation that a member's object was made from, when its annotation is a number. */
function templateGeneration({ metadata: { annotations } }: Manifest): number | undefined {
  const written = annotations?.[annotation.templateGeneration]
  return written ? number(Number(written)) : undefined
}

/** What of a member's status is collected: the fields that say something, and what generations they are about. */
export const reflect =
  (...names: readonly string[]) =>
  (object: Manifest): Json => {
    if (!isFields(object.status)) return {}
    const resourceTemplateGeneration = templateGeneration(object)
    return {
      ...present(object.status, ['observedGeneration', ...names]),
      ...(object.metadata.generation !== undefined && { generation: object.metadata.generation }),
      ...(resourceTemplateGeneration !== undefined && { resourceTemplateGeneration }),
    }
  }

const isUpToDate = ({ status }: Said<Fields>, wanted: number): boolean =>
  numberAt(status, 'resourceTemplateGeneration') === wanted &&
  numberAt(status, 'generation') === numberAt(status, 'observedGeneration')

/** The generation of the template that all members have seen; until they have, the one that stands there. */
export function observedGeneration(
  { metadata: { generation = 0 }, status }: Manifest,
  items: readonly AggregatedStatusItem[],
): number {
  const areAll = said(items, asFields).filter((member) => isUpToDate(member, generation)).length === items.length
  return areAll ? generation : numberAt(status, 'observedGeneration')
}
