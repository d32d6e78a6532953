/** The control endpoint: plain HTTP on loopback, on a port of its own, for tests and CI jobs in other languages. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as z from 'zod'
import { settingsWrite, writtenAspects } from '../schemas/api/settings.ts'
import { cloudKey, fault, faultExamples } from './faults.ts'
import { isLoopback } from './loopback.ts'
import { Refusal } from './sensor/refusal.ts'
import type { SensorState } from './sensor/state.ts'
import type { Handles } from './simulate.ts'

export interface Control {
  /** As in http://127.0.0.1:9000. */
  url: string
  stop(): Promise<void>
}

const clockMove = z.union([
  z.strictObject({ advanceSeconds: z.number().min(0).max(1e9) }),
  z.strictObject({ set: z.iso.datetime() }),
  z.strictObject({ skew: z.number().min(-1e9).max(1e9), appliance: z.string().optional() }),
])
const consoleChange = z.union([
  z.strictObject({
    user: z.string().min(1).max(128).optional(),
    aspect: z.enum(writtenAspects),
    set: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({ username: z.string().min(1), password: z.string().min(1) }),
])

const push = z.strictObject({ aspect: z.literal('mailServer'), user: z.string().min(1).max(128).optional() })

const hardware = z.strictObject({
  serialNumber: z.string().regex(/^[\w-]{1,64}$/),
  softwareVersion: z.string().min(1).max(32).optional(),
})

const version = z.string().min(1).max(32)
const offeredUpdates = z.array(z.strictObject({ version, fromVersion: version })).max(100)

interface Input {
  handles: Handles
  key: string
  query: URLSearchParams
  body: unknown
}
type Route = (input: Input) => unknown

const routes: Readonly<Record<string, Route>> = {
  'GET /appliances': ({ handles }) => ({
    appliances: handles.appliances.map((one) => ({ ...one, ...seen(handles, one.key) })),
  }),
  'GET /requests': ({ handles, query }) => {
    const since = Number(query.get('since') ?? 0)
    const keys = [...handles.appliances.map(({ key }) => key), cloudKey]
    const counts = Object.fromEntries(keys.map((key) => [key, handles.counts(key, since)]))
    return { requests: handles.requests(since), counts }
  },
  'GET /faults': ({ handles }) => ({ faults: handles.faults(), kinds: faultExamples }),
  'POST /faults': ({ handles, body }) => ({ id: handles.addFault(fault.parse(body)) }),
  'DELETE /faults': ({ handles, query }) => {
    handles.removeFaults(query.get('id') ?? undefined)
    return {}
  },
  'POST /clock': ({ handles, body }) => {
    const move = clockMove.parse(body)
    if ('advanceSeconds' in move) handles.advanceClock(move.advanceSeconds)
    else if ('set' in move) handles.setClock(move.set)
    else {
      const { skew: seconds, appliance } = move
      const keys = appliance === undefined ? handles.appliances.map(({ key }) => key) : [appliance]
      for (const key of keys) handles.either(key).strike({ kind: 'clockSkew', seconds })
    }
    return { appliances: handles.appliances.map(({ key }) => ({ key, ...seen(handles, key) })) }
  },
  'POST /cloud/prepare-update': ({ handles, body }) => {
    if (!handles.cloud) throw new RangeError('There is no cloud.')
    handles.cloud.prepareUpdate(z.strictObject({ site: z.string().nullable(), name: z.string() }).parse(body))
    return {}
  },
  'POST /cloud/updates': ({ handles, body }) => {
    const updates = offeredUpdates.parse(body)
    if (!handles.cloud) throw new RangeError('There is no cloud.')
    handles.cloud.offerUpdates(updates)
    return {}
  },
  'POST /appliances/*/console': async ({ handles, key, body }) => {
    const change = consoleChange.parse(body)
    const appliance = handles.either(key)
    if ('aspect' in change)
      await appliance.changeInConsole(
        change.user ?? 'operator',
        change.aspect,
        settingsWrite[change.aspect].parse(change.set),
      )
    else appliance.setPassword(change.username, change.password)
    return {}
  },
  'POST /appliances/*/push': async ({ handles, key, body }) => {
    const { user = 'operator' } = push.parse(body)
    return { sensors: await handles.managementConsole(key).pushMailServer(user) }
  },
  'POST /appliances/*/hardware': async ({ handles, key, body }) => {
    const { serialNumber, softwareVersion } = hardware.parse(body)
    await handles.swapHardware(key, { serialNumber, ...(softwareVersion !== undefined && { softwareVersion }) })
    return { appliance: handles.appliances.find((one) => one.key === key) }
  },
  'POST /appliances/*/kill': async ({ handles, key }) => {
    await handles.kill(key)
    return {}
  },
  'POST /appliances/*/start': async ({ handles, key }) => {
    await handles.restart(key)
    return {}
  },
}

function seen(handles: Handles, key: string): { name: string | null; now: string } {
  const appliance = handles.either(key)
  const name = appliance.kind === 'Sensor' ? (appliance.state as SensorState).activation?.name : undefined
  return { name: name ?? null, now: new Date(appliance.nowMs()).toISOString() }
}

/** Starts it on 127.0.0.1. Port 0 takes any. */
export async function startControl(port: number, handles: Handles): Promise<Control> {
  const server = createServer((request, response) => void respond(handles, request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function respond(handles: Handles, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, body } = await answer(handles, request)
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function answer(handles: Handles, request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  try {
    if (!comesFromHere(request))
      return { status: 403, body: { error: 'The control endpoint serves this machine only.' } }
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://local')
    const [, group, key] = /^\/(appliances)\/([^/]+)\/\w+$/.exec(pathname) ?? []
    const path = group ? pathname.replace(`/${key}/`, '/*/') : pathname
    const route = routes[`${request.method ?? ''} ${path}`]
    if (!route) return { status: 404, body: { error: 'There is nothing at this path.' } }
    const body = await readJson(request)
    return { status: 200, body: await route({ handles, key: decodeURIComponent(key ?? ''), query, body }) }
  } catch (error) {
    return { status: statusOf(error), body: { error: sentenceOf(error) } }
  }
}

/** A page in a browser must not reach it: no foreign Host, no Origin. */
function comesFromHere({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined && isLoopback((headers.host ?? '').replace(/:[0-9]+$/, ''))
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  const text = Buffer.concat(parts).toString()
  return text === '' ? undefined : JSON.parse(text)
}

function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status
  if (error instanceof RangeError) return 404
  return error instanceof z.ZodError || error instanceof SyntaxError ? 400 : 500
}

const sentenceOf = (error: unknown): string =>
  error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error)
