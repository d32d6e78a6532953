/**
 * A provider for tests only: a shelf of boxes in memory that shows every kind of attribute, and can be told to fail. It
 * is built on the model alone, as a real one is.
 */
import { ArgumentError, type Provider } from '../../../provider/model/provider.ts'
import type { Resource } from '../../../provider/model/resource.ts'
import { settle } from '../../../provider/plan/settle.ts'
import { isObject, numberOf, textOf, type ObjectValue, type Value } from '../../../provider/model/value.ts'
import type { Attribute, Attributes } from '../../../schemas/terraform/schema.ts'

/** What the boxes are kept in. A test looks into it, and changes it behind the provider's back. */
export interface Shelf {
  boxes: Map<string, ObjectValue>
  /** Write-only values as they arrived. */
  secrets: Map<string, string>
  /** Id of the box whose next change fails after it was begun. */
  failing: string | undefined
  /** Calls by name, in order. */
  calls: string[]
  /** Configured prefixes, one for each configuration. */
  prefixes: string[]
}

export const emptyShelf = (): Shelf => ({
  boxes: new Map(),
  failing: undefined,
  secrets: new Map(),
  calls: [],
  prefixes: [],
})

const setting = { optional: true, computed: true, keepsPrior: true } as const

const doorAttributes: Attributes = {
  host: { type: 'string', description: 'Where.', required: true },
  port: { type: 'number', description: 'Port.', ...setting },
  password_wo: { type: 'string', description: 'Secret.', optional: true, sensitive: true, writeOnly: true },
  password_wo_version: { type: 'number', description: 'Version of the secret.', optional: true },
}

export const boxAttributes: Attributes = {
  id: { type: 'string', description: 'Id.', computed: true, keepsPrior: true },
  revision: { type: 'number', description: 'Counts the changes.', computed: true },
  name: { type: 'string', description: 'Name.', required: true, replaces: true },
  label: { type: 'string', description: 'Label.', ...setting },
  weight: { type: 'number', description: 'Weight.', optional: true },
  open: { type: 'bool', description: 'Whether it is open.', ...setting },
  tags: { type: ['list', 'string'], description: 'Tags.', ...setting },
  notes: { type: ['map', 'string'], description: 'Notes.', optional: true },
  slow: { type: 'bool', description: 'Whether changing it waits to be stopped.', optional: true },
  door: { nesting: 'single', attributes: doorAttributes, description: 'Door.', ...setting },
  shelves: {
    nesting: 'map',
    attributes: {
      width: { type: 'number', description: 'Width.', ...setting },
      door: { nesting: 'single', attributes: doorAttributes, description: 'Its door.', ...setting },
    },
    description: 'Shelves by name.',
    ...setting,
  },
  valve: {
    nesting: 'single',
    attributes: {
      enabled: { type: 'bool', description: 'Whether there is one.', ...setting, implied: true },
      size: { type: 'number', description: 'Size.', ...setting },
    },
    description: 'Valve, on as soon as it has a size.',
    ...setting,
  },
  lids: {
    nesting: 'map',
    exactlyOne: true,
    attributes: {
      round: {
        nesting: 'single',
        attributes: { radius: { type: 'number', description: 'Radius.', required: true } },
        description: 'Round.',
        ...setting,
      },
      square: {
        nesting: 'single',
        attributes: { side: { type: 'number', description: 'Side.', required: true } },
        description: 'Square.',
        ...setting,
      },
    },
    description: 'Lids, each of one form.',
    ...setting,
  },
  doors: { nesting: 'list', attributes: doorAttributes, description: 'More doors.', optional: true },
}

interface Client {
  prefix: string
}

/** A provider over one shelf. */
export function boxProvider(shelf: Shelf): Provider<Client> {
  return {
    version: '0.0.0',
    schema: {
      version: 0,
      description: 'Boxes on a shelf.',
      attributes: { prefix: { type: 'string', description: 'Begins every id.', optional: true } },
    },
    validate: ({ prefix }) =>
      prefix === 'bad'
        ? [{ severity: 'error', summary: 'No such prefix', detail: 'Choose another.', path: ['prefix'] }]
        : [],
    configure: ({ config }) => {
      const prefix = typeof config['prefix'] === 'string' ? config['prefix'] : 'box'
      shelf.prefixes.push(prefix)
      return { client: { prefix } }
    },
    resources: { box_box: boxResource(shelf) },
    dataSources: {
      box_count: {
        schema: {
          version: 0,
          description: 'How many boxes there are.',
          attributes: { count_of: { type: 'number', description: 'Count.', computed: true } },
        },
        read: () => ({ state: { count_of: shelf.boxes.size } }),
      },
    },
    ephemeralResources: {
      box_key: {
        schema: {
          version: 0,
          description: 'A key that is stored nowhere.',
          attributes: {
            bits: { type: 'number', description: 'Length.', optional: true },
            key: { type: 'string', description: 'The key.', computed: true, sensitive: true },
          },
        },
        open: (config) => {
          shelf.calls.push('open')
          return { result: { ...config, key: 'ephemeral-key' }, note: { at: 1 } }
        },
        close: (note) => {
          shelf.calls.push(`close ${JSON.stringify(note)}`)
          return {}
        },
      },
    },
    functions: {
      shout: {
        summary: 'In capitals',
        description: 'Makes a text loud.',
        parameters: [{ name: 'text', type: 'string', description: 'What to shout.' }],
        returns: 'dynamic',
        call: (text) => {
          if (text === '') throw new ArgumentError('is empty', 0)
          return { loud: textOf(text)?.toUpperCase() ?? null, parts: [1, 'a', null] }
        },
      },
    },
    actions: {
      box_shake: {
        schema: {
          version: 0,
          description: 'Shakes a box.',
          attributes: { times: { type: 'number', description: 'How often.', required: true } },
        },
        invoke: async ({ times }, _, progress) => {
          for (let time = 1; time <= (numberOf(times) ?? 0); time++) progress(`shaken ${time} times`)
          if (times === 0) throw new TypeError('c4nary-9')
          await Promise.resolve()
          return [{ severity: 'warning', summary: 'It rattles' }]
        },
      },
    },
    listResources: {
      box_box: {
        schema: { version: 0, description: 'Finds boxes.', attributes: {} },
        list: async function* ({ includeResource }) {
          for (const [id, box] of shelf.boxes) {
            yield { identity: { id }, displayName: `box ${id}`, ...(includeResource && { resource: box }) }
          }
        },
      },
    },
  }
}

function boxResource(shelf: Shelf): Resource<Client> {
  return {
    schema: { version: 2, description: 'A box.', attributes: boxAttributes },
    identity: {
      version: 1,
      attributes: { id: { type: 'string', description: 'Id of the box.', requiredForImport: true } },
    },
    validate: ({ weight }) =>
      typeof weight === 'number' && weight < 0
        ? [{ severity: 'error', summary: 'A box weighs something', detail: 'Give 0 or more.', path: ['weight'] }]
        : [],
    plan: ({ prior, planned, private: kept }) => {
      shelf.calls.push('plan')
      if (!planned) return { diagnostics: [{ severity: 'warning', summary: 'The box goes away' }] }
      return { private: { ...kept, plannedFrom: prior ? 'prior' : 'nothing' } }
    },
    read: ({ state, private: kept }) => {
      shelf.calls.push('read')
      const live = shelf.boxes.get(textOf(state['id']) ?? '')
      return { state: live ? asStored(state, live) : null, private: { ...kept, read: true } }
    },
    create: async ({ planned, config, private: kept }, { client, signal, log }) => {
      log('info', 'told of a box', { id: 1 })
      if (process.env['BOX_CRASH']) setImmediate(crash, config)
      shelf.calls.push(`create ${String(kept['plannedFrom'])}`)
      const id = `${client.prefix}-${textOf(planned['name'])}`
      const { state, diagnostics } = await change(shelf, id, { planned, config, revision: 1 }, signal)
      return { state, diagnostics, private: { ...kept, made: true }, identity: { id } }
    },
    update: async ({ prior, planned, config }, { signal }) => {
      shelf.calls.push('update')
      return change(
        shelf,
        textOf(prior['id']) ?? '',
        { planned, config, revision: Number(prior['revision']) + 1 },
        signal,
      )
    },
    delete: ({ prior }) => {
      shelf.calls.push('delete')
      const id = textOf(prior['id']) ?? ''
      if (shelf.failing === id) return { diagnostics: [broken] }
      shelf.boxes.delete(id)
      return {}
    },
    import: (request) => {
      const id = 'id' in request ? request.id : request.identity['id']
      return { state: { id: id ?? null }, identity: { id: id ?? null } }
    },
    upgrade: { 1: ({ title, ...rest }) => ({ ...rest, name: title }) },
  }
}

const broken = { severity: 'error', summary: 'The box broke', detail: 'Glue it.', path: ['name'] } as const

interface Wanted {
  planned: ObjectValue
  config: ObjectValue
  revision: number
}

async function change(shelf: Shelf, id: string, { planned, config, revision }: Wanted, signal: AbortSignal) {
  keepSecrets(shelf, id, config)
  const state = settle(boxAttributes, planned, { ...ownWords(boxAttributes, planned), id, revision })
  shelf.boxes.set(id, state)
  if (planned['slow'] === true && !signal.aborted) {
    shelf.calls.push('waiting')
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return { state, diagnostics: [{ severity: 'error', summary: 'Stopped' } as const] }
  }
  return shelf.failing === id ? { state, diagnostics: [broken] } : { state, diagnostics: [] }
}

/** The provider's own word for what it may be left to say. */
function ownWords(attributes: Attributes, planned: ObjectValue): ObjectValue {
  const words = (attribute: Attribute, value: Value): Value => {
    if ('type' in attribute) return own(attribute.type)
    const inner = (item: Value): Value => (isObject(item) ? ownWords(attribute.attributes, item) : null)
    if (Array.isArray(value)) return value.map(inner)
    if (attribute.nesting !== 'map' || !isObject(value)) return inner(value)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)]))
  }
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, words(attribute, planned[name] ?? null)]),
  )
}

function own(type: unknown): Value {
  if (type === 'string') return 'own'
  if (type === 'number') return 7
  return type === 'bool' ? false : []
}

/** What Terraform holds of the configured parts, over what is really there. */
const asStored = (state: ObjectValue, live: ObjectValue): ObjectValue => ({ ...state, ...live })

function keepSecrets(shelf: Shelf, id: string, config: ObjectValue): void {
  const door = config['door']
  const secret = isObject(door) ? door['password_wo'] : null
  if (typeof secret === 'string') shelf.secrets.set(id, secret)
}

/** As a mistake in a callback would: with a message that quotes what it was given. */
function crash(config: ObjectValue): never {
  throw new RangeError(JSON.stringify(config))
}
