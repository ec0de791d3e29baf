import {
  errors,
  type Handler,
  type Http,
  type HttpAnswer,
  type Manifest,
  type Program,
  Registry,
  type ResourceInterpreterModule,
  type ResourceInterpreterModuleSpec,
  resourceInterpreterModuleKind,
  type Sandboxes,
} from '@flotilla/sdk'
import { type FakeHost, fakeHost, type HostOptions } from '@flotilla/sdk/testing'
import { modules } from './modules.ts'
import { policyModules } from './policy-modules.ts'

/** What a program exports. */
export type Functions = Readonly<Record<string, (arg: never) => unknown>>

export interface FakeSandboxes extends Sandboxes {
  readonly opened: Program[]
  readonly closed: string[]
}

/** Programs are known by their code; any other cannot be compiled. */
export function fakeSandboxes(programs: Readonly<Record<string, Functions>>): FakeSandboxes {
  const opened: Program[] = []
  const closed: string[] = []
  return {
    opened,
    closed,
    open: async (program) => {
      const { name, code } = program
      const text = Buffer.from(code as string).toString()
      const functions = programs[text]
      if (!functions) throw errors.SANDBOX_PROGRAM(name, 'line 3: unexpected token')
      opened.push(program)
      return {
        functions: Object.keys(functions),
        call: async (called, [arg]) => [await (functions[called] as Handler<unknown, unknown>)(arg)],
        close: () => void closed.push(text),
      }
    },
  }
}

/** Answers by URL. */
export const fakeHttp = (
  answer: (url: string, headers: Readonly<Record<string, string>>) => Partial<HttpAnswer> | undefined,
): Http => ({
  open: ({ url }) => ({
    send: async ({ headers = {} }) => ({ status: 404, headers: {}, body: Buffer.from(''), ...answer(url, headers) }),
    close: () => undefined,
  }),
})

export const deployments = [{ apiVersion: 'apps/v1', kind: 'Deployment' }]

/** A module; by default it interprets Deployments with the program `v1`. */
export const module = (
  name: string,
  spec: Partial<ResourceInterpreterModuleSpec> = {},
  metadata: Partial<Manifest['metadata']> = {},
): ResourceInterpreterModule => ({
  apiVersion: resourceInterpreterModuleKind.apiVersion,
  kind: resourceInterpreterModuleKind.kind,
  metadata: { name, generation: 1, ...metadata },
  spec: { runtime: 'javascript', targets: deployments, source: { inline: 'v1' }, ...spec },
})

export interface Scene {
  readonly host: FakeHost
  readonly registry: Registry
  readonly ask: Registry['ask']
  /** Writes a module, as a user does. */
  put(module: ResourceInterpreterModule | Manifest): void
  /** Writes its status, and gives its conditions as `type status reason: message`. */
  status(name: string): Promise<readonly string[]>
  stored(name: string): ResourceInterpreterModule
}

/** A host with modules in it, and the plugins that speak for them. */
export function scene(options: HostOptions & { readonly programs?: Readonly<Record<string, Functions>> } = {}): Scene {
  const { programs = {}, ...rest } = options
  const host = fakeHost({ sandboxes: fakeSandboxes(programs), ...rest })
  const registry = new Registry()
  for (const plugin of [modules, policyModules])
    for (const extension of plugin.extensions?.(host) ?? []) registry.add({ plugin: plugin.name, ...extension })
  modules.controllers?.(host)
  const stored = (name: string) => host.store(resourceInterpreterModuleKind).get({ name }) as ResourceInterpreterModule
  return {
    host,
    registry,
    ask: registry.ask,
    put: (module) => host.objects.put(module),
    stored,
    status: async (name) => {
      await settled()
      await host.controllers.get('status')?.reconcile(name)
      return (stored(name).status?.conditions ?? []).map(
        ({ type, status, reason, message }) => `${type} ${status} ${reason}: ${message}`,
      )
    },
  }
}

/** What was begun has come to rest. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
