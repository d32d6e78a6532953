/**
 * A small real HTTPS server that answers as the Sensor Settings API says, and as a test scripts it. It knows nothing of
 * the driver; every exchange that is not scripted is held to the OpenAPI document.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { emptySettings } from '../../../simulator/sensor/settings.ts'
import { makeCertificate, type Identity } from '../../transport/pki.ts'
import { bodyOf, listenHttps, type TestServer } from '../../transport/servers.ts'
import { operationIdOf, violations, type Recorded } from './contract.ts'

export interface Answer {
  status: number
  json?: unknown
  headers?: Record<string, string>
  /** Raw text instead of JSON. */
  text?: string
  /** Cut the connection instead of answering. */
  cut?: boolean
}
export type Script = Answer | ((call: Pick<Recorded, 'headers' | 'body' | 'path'>) => Answer)

export interface ScriptedSensor extends TestServer {
  identity: Identity
  /** Operation ids in the order in which they came. */
  calls: string[]
  recorded: Recorded[]
  /** Answers of the next calls of an operation, one each. */
  script(operation: string, ...answers: Script[]): void
  passwords: string[]
  serialNumber: string
  read: Record<string, unknown>
  /** Ends all sessions. */
  endSessions(): void
  /** What went against the OpenAPI document. */
  violations(): string[]
}

export const selfSigned = makeCertificate({ cn: 'sensor', to: 7300 })

export const refusal = (code: string, message = 'refused', details?: Record<string, unknown>) => ({
  error: { code, userDisplayErrorMessage: message, internalSystemErrorMessage: '', ...(details && { details }) },
})

export async function startScriptedSensor(
  options: { host?: string; identity?: Identity; serialNumber?: string } = {},
): Promise<ScriptedSensor> {
  const identity = options.identity ?? selfSigned
  const serialNumber = options.serialNumber ?? 'SN-1'
  const scripts = new Map<string, Script[]>()
  const tokens = new Set<string>()
  let signIns = 0
  const server = await listenHttps(identity, (request, response) => void handle(request, response), {
    host: options.host ?? '127.20.141.1',
  })
  const sensor: ScriptedSensor = {
    ...server,
    identity,
    calls: [],
    recorded: [],
    passwords: ['right'],
    serialNumber,
    read: applianceRead(serialNumber),
    script: (operation, ...answers) => void scripts.set(operation, [...(scripts.get(operation) ?? []), ...answers]),
    endSessions: () => tokens.clear(),
    violations: () => sensor.recorded.flatMap(violations),
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request
    const body = await bodyOf(request)
    const operation = operationIdOf({ method, path }) ?? `${method} ${path}`
    sensor.calls.push(operation)
    const script = scripts.get(operation)?.shift()
    const call = { headers, body, path }
    const answer = typeof script === 'function' ? script(call) : (script ?? byDefault(operation, call))
    if (answer.cut) return void request.socket.destroy()
    const bytes = Buffer.from(answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json)))
    if (!script) sensor.recorded.push({ method, path, headers, body, status: answer.status, answer: bytes })
    else if (answer.status < 300)
      sensor.recorded.push({ method, path, headers, body, status: answer.status, answer: bytes })
    response.writeHead(answer.status, {
      ...(answer.json !== undefined && { 'content-type': 'application/json' }),
      ...answer.headers,
    })
    response.end(bytes)
  }

  function byDefault(operation: string, { headers, body }: Pick<Recorded, 'headers' | 'body'>): Answer {
    if (operation === 'signIn') return signIn(JSON.parse(body.toString()) as { password: string })
    const token = String(headers['authorization']).replace('Bearer ', '')
    if (!tokens.has(token)) return { status: 401, json: refusal('UNAUTHENTICATED') }
    if (operation === 'signOut') return { status: 204 }
    if (operation === 'releaseLease') return { status: 204 }
    if (operation === 'readAppliance') return readAnswer(headers['if-none-match'])
    if (operation === 'lease')
      return {
        status: 200,
        json: { holder: 'h', fence: 7, remainingSeconds: 60, revision: 'r1', revisionBefore: 'r0' },
      }
    if (operation === 'readAudit') return { status: 200, json: { entries: [auditEntry] } }
    if (operation === 'activate' || operation === 'createBackup') return { status: 202, json: job('running') }
    if (operation === 'readJob') return { status: 200, json: job('succeeded') }
    if (operation === 'changeAddress')
      return { status: 202, json: { id: 'c1', from: triple, to: triple, remainingSeconds: 60 } }
    return { status: 200, json: { revision: 'r2' } }
  }

  function signIn({ password }: { password: string }): Answer {
    if (!sensor.passwords.includes(password)) return { status: 401, json: refusal('CREDENTIALS_REFUSED', 'Wrong.') }
    const token = `token-0123456789-${++signIns}`
    tokens.add(token)
    return { status: 201, json: { token, idleSeconds: 300, serialNumber: sensor.serialNumber } }
  }

  function readAnswer(ifNoneMatch: string | string[] | undefined): Answer {
    if (ifNoneMatch === `"${String(sensor.read['revision'])}"`) {
      return {
        status: 304,
        headers: { 'sensorform-clock': '2030-01-01T00:00:00.000Z', 'sensorform-clock-synchronized': 'true' },
      }
    }
    return { status: 200, json: sensor.read }
  }

  return sensor
}

export const triple = { address: '10.0.0.5', subnetMask: '255.255.255.0', gateway: '10.0.0.1' }

const auditEntry = {
  at: '2030-01-01T00:00:00Z',
  user: 'eve',
  from: '10.0.0.9 console',
  action: 'set',
  path: 'time.timezone',
  before: 'UTC',
  after: 'Europe/Berlin',
}

/** A job of the wire. */
export const job = (state: 'running' | 'succeeded' | 'failed', error: unknown = null) => ({
  id: 'job-1',
  type: 'activation',
  state,
  percentage: 50,
  startedAt: '2030-01-01T00:00:00Z',
  finishedAt: null,
  error,
  result: null,
})

const tag = { keyId: 'k1', mac: 'mac=' }

/** A whole bulk read. */
export const applianceRead = (serialNumber: string) => ({
  kind: 'sensor',
  serialNumber,
  softwareVersion: '22.3.9',
  hardwareProfile: 'L500',
  revision: 'r1',
  clock: { now: '2030-01-01T00:00:00.000Z', displayed: '01/01/2030 00:00:00', synchronized: true },
  settings: {
    ...emptySettings('Sensor'),
    time: { timezone: 'Europe/Berlin', dateFormat: null, ntp: { enabled: true, server: null } },
    network: {
      ...triple,
      dns: ['10.0.0.2', '10.0.0.3'],
      hostname: 'line-1',
      proxy: { enabled: false, host: null, port: null, username: null, password: { set: true, tag } },
    },
    certificate: {
      name: 'web',
      certificate: 'PEM',
      chain: null,
      privateKey: { set: true, tag: null },
      passphrase: { set: false, tag: null },
      validation: 'none',
    },
    managementConsole: { enabled: false, connectionString: { set: false, tag: null } },
    backup: {
      enabled: true,
      directory: '/var/cyberx/backups',
      target: {
        enabled: true,
        smb: {
          server: 'nas',
          share: 'b',
          path: null,
          username: 'u',
          password: { set: true, tag },
          version: '3.0',
        },
      },
    },
    forwarding: {
      rules: {
        'to SIEM': {
          minimumSeverity: 'Major',
          protocols: 'any',
          engines: ['Malware'],
          actions: {
            siem: {
              email: null,
              syslog: { host: 's', port: 514, format: 'cef', protocol: 'udp', tls: null, timezone: null },
              netwitness: null,
            },
          },
        },
      },
    },
  },
  consoleConnection: { state: 'NotConfigured', address: null, serialNumber: null, message: null },
  activation: {
    name: 'berlin-line-1',
    mode: 'cloud',
    site: 'berlin',
    status: 'Valid',
    expiresAt: null,
    file: null,
    cloud: { reachable: true, obstacle: null, detail: null },
    message: null,
  },
  software: { uploaded: null, lastUpdate: null, freeBytes: 1_000_000_000 },
  backups: {
    supported: true,
    latest: { name: 'x.tar', createdAt: '2030-01-01T00:00:00Z', sizeBytes: 5 },
    lastError: null,
    lastRestore: null,
  },
  pending: { networkChange: { id: 'c1', from: triple, to: triple, remainingSeconds: 50 }, job: null },
  lease: { holder: 'other', fence: 3, remainingSeconds: 20 },
  intent: { run: 'run-1', step: 'activation', tool: '0.1.0', startedAt: '2030-01-01T00:00:00Z', data: { name: 'x' } },
  owner: 'owner-1',
})
