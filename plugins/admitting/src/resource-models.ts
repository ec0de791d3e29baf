import {
  compareQuantities,
  each,
  edit,
  type Field,
  type Problems,
  present,
  quantityText,
  type ResourceModel,
  unique,
} from '@flotilla/sdk'

/** Sizes of nodes, from small to large. */
export type Models = readonly ResourceModel[]
type Range = ResourceModel['ranges'][number]

/** The largest amount there is: the last grade has no upper end. */
const endless = '9223372036854775807'

/** Where one grade ends and the next begins. */
const cpus = ['0', '1', '2', '4', '8', '16', '32', '64', '128', endless]
const memories = ['0', '4Gi', '16Gi', '32Gi', '64Gi', '128Gi', '256Gi', '512Gi', '1024Gi', endless]

const range = (name: string, steps: readonly string[], grade: number): Range => ({
  name,
  min: steps[grade] ?? '0',
  max: steps[grade + 1] ?? endless,
})

/** Sizes of nodes as they are commonly sold, for a cluster that does not say its own. */
export const defaultModels: Models = cpus
  .slice(1)
  .map((_, grade) => ({ grade, ranges: [range('cpu', cpus, grade), range('memory', memories, grade)] }))

const withEnds = (model: ResourceModel, end: Partial<Pick<Range, 'min' | 'max'>>): ResourceModel =>
  edit(model, 'ranges', (ranges) => each(ranges, (one) => ({ ...one, ...end })) ?? ranges)

/** Models in the order of their grades, from nothing to no end. */
export const standardModels = (models: Models): Models =>
  models
    .toSorted((a, b) => a.grade - b.grade)
    .map((model, i) => (i === 0 ? withEnds(model, { min: '0' }) : model))
    .map((model, i) => (i === models.length - 1 ? withEnds(model, { max: endless }) : model))

const isQuantity = (value: unknown): value is string | number =>
  (typeof value === 'string' || typeof value === 'number') && quantityText(String(value)) === undefined

function* rangeProblems(range: Field<Range>, below: Range | undefined): Problems {
  const [min, max] = [range.at('min'), range.at('max')]
  yield* present(range.at('name'))
  for (const end of [min, max]) if (!isQuantity(end.value)) yield end.invalid('must be a quantity')
  if (!isQuantity(min.value) || !isQuantity(max.value)) return
  if (compareQuantities(min.value, max.value) >= 0) yield max.invalid(`must be more than min, which is ${min.value}`)
  if (!below) return
  if (below.name !== range.value.name) {
    yield range.at('name').invalid(`must be ${below.name}: every grade has the same resources in the same order`)
  } else if (isQuantity(below.max) && compareQuantities(below.max, min.value) !== 0) {
    yield min.invalid(`must be ${below.max}, where the grade below ends`)
  }
}

/** Models that leave gaps, overlap, or speak of different things. They are in the order of their grades. */
export function* modelProblems(models: Field<Models | undefined>): Problems {
  const items = models.items()
  yield* unique(items.map((model) => model.at('grade')))
  for (const [i, model] of items.entries()) {
    const ranges = model.at('ranges')
    const below = items[i - 1]?.at('ranges').items() ?? []
    yield* present(ranges)
    if (i > 0 && ranges.items().length !== below.length) {
      yield ranges.invalid(`must be ${below.length} ranges: every grade has the same resources`)
    }
    for (const [j, each] of ranges.items().entries()) yield* rangeProblems(each, below[j]?.value)
  }
}
