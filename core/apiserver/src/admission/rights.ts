import { Authorizer, type Ruling, type Wish } from '@flotilla/cel'
import type { User } from '@flotilla/kube'
import { reasonOf } from '@flotilla/sdk'
import { authenticated } from '../access/access.ts'
import type { Attributes } from '../access/attributes.ts'
import { accountGroups, accountName } from '../access/tokens.ts'
import { type Authorize, type Decision, isMaster } from '../authorization.ts'
import type { Served } from '../registry/registry.ts'

const open: Ruling = { allowed: true }
const notYet: Ruling = { allowed: false, error: 'it is being found out' }

/** So often an expression is evaluated again, each time with one more answer. */
const mostTurns = 16

const userOf = ({ account }: Wish, user: User): User =>
  account
    ? {
        name: accountName(account.namespace, account.name),
        groups: [...accountGroups(account.namespace), authenticated],
      }
    : user

const attributesOf = (wish: Wish, user: User): Attributes => {
  const { verb, path, group = '', resource = '', subresource, namespace, name } = wish
  if (path !== undefined) return { user: userOf(wish, user), verb, path }
  return {
    user: userOf(wish, user),
    verb,
    group,
    version: '*',
    resource,
    ...(subresource && { subresource }),
    ...(namespace && { namespace }),
    ...(name && { name }),
  }
}

const rulingOf = ({ allowed, reason }: Decision): Ruling => ({ allowed, ...(reason && { reason }) })

/** What is written, as a right is about it. */
export interface Subject {
  readonly served: Served
  readonly subresource?: string
  readonly namespace?: string
  readonly name: string
  readonly user: User
}

/**
 * What the expressions about one write ask about rights. Expressions do not wait: what takes time to be found out is taken for a no, and once it is known the
 * expression is evaluated again.
 */
export class Rights {
  readonly #authorize: Authorize | undefined
  readonly #known = new Map<string, Ruling>()
  readonly #open = new Map<string, Promise<void>>()

  constructor(authorize: Authorize | undefined) {
    this.#authorize = authorize
  }

  /** As an expression sees it. */
  authorizer({ served, subresource, namespace, name, user }: Subject): Authorizer {
    const { group, plural: resource } = served
    const requested = {
      group,
      resource,
      ...(subresource && { subresource }),
      ...(namespace !== undefined && { namespace }),
      ...(name && { name }),
    }
    return new Authorizer((wish) => this.#ruling(wish, user), requested)
  }

  /** What an expression comes to when everything it asks about is known. */
  async settle<Out>(evaluate: () => Out): Promise<Out> {
    for (let turn = 0; turn < mostTurns; turn += 1) {
      const outcome = attempt(evaluate)
      if (this.#open.size === 0) return outcome()
      await Promise.all(this.#open.values())
      this.#open.clear()
    }
    return evaluate()
  }

  #ruling(wish: Wish, user: User): Ruling {
    if (!this.#authorize || (!wish.account && isMaster(user))) return open
    const key = JSON.stringify(wish)
    return this.#known.get(key) ?? this.#ask(key, attributesOf(wish, user), this.#authorize)
  }

  #ask(key: string, wanted: Attributes, authorize: Authorize): Ruling {
    const said = authorize(wanted)
    if (said instanceof Promise) {
      const answer = said.then(rulingOf, (error: unknown): Ruling => ({ allowed: false, error: reasonOf(error) }))
      this.#open.set(
        key,
        answer.then((ruling) => void this.#known.set(key, ruling)),
      )
      return notYet
    }
    const ruling = rulingOf(said)
    this.#known.set(key, ruling)
    return ruling
  }
}

/** What comes of it, to be looked at later. */
const attempt = <Out>(evaluate: () => Out): (() => Out) => {
  try {
    const value = evaluate()
    return () => value
  } catch (error) {
    return () => {
      throw error
    }
  }
}
