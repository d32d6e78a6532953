/** The engine and the spec are loaded when something is first asked to be done: a schema needs neither. */
import type { IdentitySchema, TerraformSchema } from '../../schemas/terraform/schema.ts'
import type { Action, ListResource } from '../model/provider.ts'
import type { Resource } from '../model/resource.ts'

/** A resource that can be updated and imported, whose code is loaded at its first use. */
export const lazyResource = <Client>(
  schema: TerraformSchema,
  load: () => Promise<Resource<Client>>,
  identity?: IdentitySchema,
): Resource<Client> => ({
  schema,
  ...(identity && { identity }),
  validate: async (config, call) => (await load()).validate?.(config, call) ?? [],
  plan: async (request, call) => (await load()).plan?.(request, call) ?? {},
  read: async (request, call) => (await load()).read(request, call),
  create: async (request, call) => (await load()).create(request, call),
  update: async (request, call) => (await load()).update?.(request, call) ?? { state: null },
  delete: async (request, call) => (await load()).delete(request, call),
  import: async (request, call) => (await load()).import?.(request, call) ?? { state: null },
})

/** An action whose code is loaded at its first use. */
export const lazyAction = <Client>(schema: TerraformSchema, load: () => Promise<Action<Client>>): Action<Client> => ({
  schema,
  validate: async (config, call) => (await load()).validate?.(config, call) ?? [],
  invoke: async (config, call, progress) => (await load()).invoke(config, call, progress),
})

/** A list whose code is loaded at its first use. */
export const lazyList = <Client>(
  schema: TerraformSchema,
  load: () => Promise<ListResource<Client>>,
): ListResource<Client> => ({
  schema,
  validate: async (config, call) => (await load()).validate?.(config, call) ?? [],
  list: async function* (request, call) {
    yield* (await load()).list(request, call)
  },
})
