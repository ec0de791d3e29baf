import { apiVersion, type Field, type Format, named, type Problems, type ScaleTarget, written } from '@flotilla/sdk'

/** It becomes a part of a URL. */
export const pathSegment: Format = (text) =>
  text === '.' || text === '..' || /[/%]/.test(text) ? 'must not be "." or "..", nor have "/" or "%" in it' : undefined

/** What is to be scaled, or looked at, cannot be found by this. */
export function* scaleTargetProblems(target: Field<ScaleTarget | undefined>): Problems {
  yield* written(target.at('apiVersion'), apiVersion)
  yield* named(target.at('kind'), pathSegment)
  yield* named(target.at('name'), pathSegment)
}
