import { type Host, type Kind, keyOf, keyText, type Manifest } from '@flotilla/sdk'
import { Desk, type Rules } from './desk.ts'

/** The desk of each quota of a kind: those of quotas that go are closed. */
export function desksOf<Q extends Manifest, C, E>(
  host: Host,
  kind: Kind<Q>,
  rules: Rules<Q, C, E>,
): (quota: Q) => Desk<Q, C, E> {
  const { client, now, signal } = host
  const quotas = host.store(kind)
  const desks = new Map<string, Desk<Q, C, E>>()
  quotas.listen(({ before, after }) => {
    if (before && !after) desks.delete(keyText(keyOf(before)))
  })
  return (quota) => {
    const key = keyOf(quota)
    const text = keyText(key)
    const cached = () => quotas.get(key)
    const desk = desks.get(text) ?? new Desk({ client, kind, key, cached, rules, now, signal })
    desks.set(text, desk)
    return desk
  }
}
