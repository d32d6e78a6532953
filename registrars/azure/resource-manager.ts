/**
 * Azure Resource Manager over HTTP: a token with each request, refusals as errors, lists as a whole. Requests go to the
 * declared endpoint and nowhere else, whatever an answer says.
 *
 * @module
 */
import { maxActivationFileBytes } from '../../formats/activation-file.ts'
import { readJson, type Http, type HttpRequest, type HttpResponse } from '../../transport/http.ts'
import { sanitise } from '../../transport/sanitise.ts'
import { toPage } from './convert.ts'
import { errorOf, malformed, toRefusal, toRegistrarError } from './refusal.ts'
import type { Tokens } from './token.ts'

/** What is attempted, in words, and until when. */
export interface Call {
  what: string
  signal?: AbortSignal | undefined
  /** Changes nothing, although its method may say otherwise. Default: false. */
  readsOnly?: boolean
}

export interface ResourceManager {
  /** Nothing when it is not there. */
  get(path: string, call: Call): Promise<unknown>
  /** All pages. Nothing when the resource that the list belongs to is not there. */
  list(path: string, call: Call): Promise<readonly unknown[] | undefined>
  /** Creates or replaces; repeating is safe. */
  put(path: string, body: unknown, call: Call): Promise<unknown>
  /** An absent resource is success; repeating is safe. */
  delete(path: string, call: Call): Promise<void>
  /** What a POST without a body answers, of one that only reads. */
  query(path: string, call: Call): Promise<unknown>
  /** A zip file; asking again gives another one. */
  download(path: string, call: Call): Promise<Uint8Array>
}

const mostPages = 1000
const zipTypes = ['application/zip', 'application/x-zip-compressed', 'application/octet-stream']

export interface Connection {
  /** Name of the registrar, for messages. */
  registrar: string
  origin: string
  http: Http
  tokens: Tokens
}

export function createResourceManager(connection: Connection): ResourceManager {
  const { registrar } = connection
  const readPage = async (path: string, call: Call): Promise<{ body: unknown } | undefined> => {
    const response = await send(connection, { method: 'GET', path }, call, [200, 404])
    return response.status === 404 ? undefined : { body: bodyOf(registrar, call, response) }
  }
  return {
    get: async (path, call) => (await readPage(path, call))?.body,
    list: (path, call) => listAll(connection, path, call, readPage),
    async put(path, body, call) {
      const content = body === undefined ? {} : { body: JSON.stringify(body) }
      const request = { method: 'PUT', path, repeatable: true, ...content } as const
      return bodyOf(registrar, call, await send(connection, request, call, [200, 201]))
    },
    async delete(path, call) {
      await send(connection, { method: 'DELETE', path, repeatable: true }, call, [200, 202, 204, 404])
    },
    async query(path, call) {
      const request = { method: 'POST', path, repeatable: true } as const
      return bodyOf(registrar, call, await send(connection, request, { ...call, readsOnly: true }, [200]))
    },
    async download(path, call) {
      const headers = { accept: 'application/zip' }
      const request = { method: 'POST', path, repeatable: true, headers, maxBytes: maxActivationFileBytes } as const
      return zipOf(registrar, call, await send(connection, request, call, [200]))
    },
  }
}

async function send(
  connection: Connection,
  request: HttpRequest,
  call: Call,
  accepted: readonly number[],
): Promise<HttpResponse> {
  const { registrar, tokens } = connection
  let token = await tokens.read()
  let response = await sendWith(connection, request, call, token)
  const renewed = response.status === 401 ? await tokens.renew(token) : undefined
  if (renewed !== undefined) {
    token = renewed
    response = await sendWith(connection, request, call, token)
  }
  if (accepted.includes(response.status) && !isMisdirected(response, token)) return response
  throw toRefusal({ registrar, what: call.what, token }, response)
}

function sendWith(
  { registrar, http }: Connection,
  request: HttpRequest,
  { what, signal, readsOnly = false }: Call,
  token: string,
): Promise<HttpResponse> {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    ...(request.body !== undefined && { 'content-type': 'application/json' }),
    ...request.headers,
  }
  return http.request({ ...request, headers, ...(signal && { signal }) }).catch((error: unknown) => {
    throw toRegistrarError({ registrar, what, isRead: readsOnly || request.method === 'GET' }, error)
  })
}

/** A 404 may also say that there is no such subscription, location or operation: that is no absent record. */
function isMisdirected(response: HttpResponse, token: string): boolean {
  if (response.status !== 404) return false
  const { code } = errorOf(response, token)
  return code === undefined || !absentCodes.has(code)
}

const absentCodes = new Set(['ResourceNotFound', 'ParentResourceNotFound', 'NotFound'])

function bodyOf(registrar: string, { what }: Call, response: HttpResponse): unknown {
  try {
    return readJson(response)
  } catch (error) {
    throw toRegistrarError({ registrar, what }, error)
  }
}

async function listAll(
  { registrar, origin }: Connection,
  path: string,
  call: Call,
  readPage: (path: string, call: Call) => Promise<{ body: unknown } | undefined>,
): Promise<readonly unknown[] | undefined> {
  const resources: unknown[] = []
  const seen = new Set<string>()
  for (let next: string | undefined = path; next !== undefined;) {
    seen.add(next)
    const answer = await readPage(next, call)
    if (!answer) return seen.size === 1 ? undefined : resources
    const page = toPage(answer.body)
    if (!page) throw malformed({ registrar, what: call.what }, 'the answer is not a list')
    resources.push(...page.value)
    next = page.nextLink === undefined ? undefined : pathOfNext(registrar, call, page.nextLink, origin)
    if (next !== undefined && (seen.has(next) || seen.size >= mostPages)) {
      throw malformed({ registrar, what: call.what }, `the list does not end within ${mostPages} pages`)
    }
  }
  return resources
}

/** The token goes to the declared endpoint only: a next page anywhere else is not fetched. */
function pathOfNext(registrar: string, { what }: Call, nextLink: string, origin: string): string {
  const next = URL.parse(nextLink, origin)
  if (next?.origin === origin && next.username === '') return `${next.pathname}${next.search}`
  const where = sanitise(next?.origin ?? nextLink)
  throw malformed({ registrar, what }, `the next page of the list lies elsewhere (${where}), so it was not fetched`)
}

function zipOf(registrar: string, { what }: Call, { headers, body }: HttpResponse): Uint8Array {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!zipTypes.includes(type)) {
    throw malformed(
      { registrar, what },
      `the answer is ${type ? sanitise(type) : 'of no content type'}, not application/zip`,
    )
  }
  if (body[0] === 0x50 && body[1] === 0x4b) return body
  throw malformed({ registrar, what }, 'the answer is not a zip file')
}
