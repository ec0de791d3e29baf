import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, type CustomResourceDefinition, customResourceDefinitionKind, isTrue } from '@flotilla/sdk'
import type { ClientConfig } from './place.ts'

/** Who owns the fields of what is installed. */
const fieldManager = 'flotilla-serve'

/** A definition whose conversion is asked for at a place, where it has one. */
function at({ spec, ...crd }: CustomResourceDefinition, clientConfig: ClientConfig): object {
  if (spec.conversion.strategy === 'None') return { ...crd, spec }
  const webhook = { ...spec.conversion.webhook, clientConfig }
  return { ...crd, spec: { ...spec, conversion: { strategy: 'Webhook', webhook } } }
}

type Established = CustomResourceDefinition & {
  readonly status?: { readonly conditions?: Parameters<typeof isTrue>[0] }
}

async function established(client: Client, name: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const crd = (await client.get(customResourceDefinitionKind, { name }, { signal })) as Established | undefined
    if (isTrue(crd?.status?.conditions, 'Established')) return
    await sleep(100, undefined, { signal })
  }
}

/** Installs the kinds, or brings them up to date; resolves when all can be used. */
export async function installKinds(
  client: Client,
  definitions: readonly CustomResourceDefinition[],
  conversion: ClientConfig,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    definitions.map(async (crd) => {
      const { name } = crd.metadata
      const body = at(crd, conversion)
      await client.patch(
        customResourceDefinitionKind,
        { name },
        { type: 'apply', body, force: true }, // fields somebody else put there are ours to say
        { fieldManager, signal },
      )
      await established(client, name, signal)
    }),
  )
}
