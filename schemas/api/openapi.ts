/**
 * The OpenAPI 3.1 document of the Sensor Settings API, made from the table of operations.
 *
 * @module
 */
import * as z from 'zod'
import { applianceNouns } from '../documents.ts'
import * as message from './messages.ts'
import { operations, type Operation } from './operations.ts'
import { settingsWrite, writeOperationOf, writtenAspects } from './settings.ts'

type Json = Record<string, unknown>

/** Every named message, by the name that it has in the document and in the generated types. */
export const namedSchemas: Readonly<Record<string, z.ZodType>> = {
  ApplianceRead: message.applianceRead,
  Audit: message.audit,
  BackupList: message.backupList,
  CollectedBackups: message.collectedBackups,
  ConnectionString: message.connectionString,
  ConsoleRead: message.consoleRead,
  CertificateImport: message.certificateImport,
  CredentialCheck: message.credentialCheck,
  CredentialCheckResult: message.credentialCheckResult,
  ErrorEnvelope: message.errorEnvelope,
  Job: message.job,
  LeaseGrant: message.leaseGrant,
  LeaseRequest: message.leaseRequest,
  ManagedAppliance: message.managedAppliance,
  ManagedAppliances: message.managedAppliances,
  NetworkChangeRequest: message.networkChangeRequest,
  PeerCheck: message.peerCheck,
  PeerCheckRequest: message.peerCheckRequest,
  PendingNetworkChange: message.pendingNetworkChange,
  Session: message.session,
  SoftwarePackage: message.softwarePackage,
  SoftwareUpdate: message.softwareUpdate,
  TargetCheck: message.targetCheck,
  TestMessageResult: message.testMessageResult,
  Written: message.written,
  ZoneAssignment: message.zoneAssignment,
  ...Object.fromEntries(
    writtenAspects.map((aspect) => [writeOperationOf(aspect).replace('write', 'Write'), settingsWrite[aspect]]),
  ),
}

export const jsonSchemaOf = (schema: z.ZodType): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'output', reused: 'inline' }) as Json
  return rest
}

/** The whole document, as plain data. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {}
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationObject(operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sensor Settings API',
      version,
      description:
        "Reads and writes the settings of an OT network sensor or of an on-premises management console. This is Sensorform's own contract: no public HTTP interface of a real sensor writes settings. Only the credential check and the list of appliances are the vendor's.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'http', scheme: 'bearer' },
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'The documented access token, as it is. The token of a session is one too.',
        },
      },
      schemas: Object.fromEntries(Object.entries(namedSchemas).map(([name, schema]) => [name, jsonSchemaOf(schema)])),
    },
  }
}

function reference(schema: z.ZodType): Json {
  const name = Object.keys(namedSchemas).find(
    (key) => namedSchemas[key] === schema || sameSchema(namedSchemas[key], schema),
  )
  if (!name) throw new TypeError('a message of the Sensor Settings API has no name')
  return { $ref: `#/components/schemas/${name}` }
}

const sameSchema = (one: z.ZodType | undefined, other: z.ZodType): boolean => one?.def === other.def

const json = (schema: z.ZodType): Json => ({ 'application/json': { schema: alternatives(schema) } })

const alternatives = (schema: z.ZodType): Json =>
  schema instanceof z.ZodUnion ? { oneOf: (schema.options as z.ZodType[]).map(reference) } : reference(schema)

function operationObject(operation: Operation): Json {
  const { status, body } = operation.response
  const refusals = [400, 401, ...(operation.refusals ?? []), 429, 500, 503]
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.on && { description: `Of a ${applianceNouns[operation.on]} only.` }),
    security: operation.session ? [{ [operation.rawToken ? 'token' : 'session']: [] }] : [],
    parameters: parametersOf(operation),
    ...(operation.request && {
      requestBody: {
        required: true,
        content:
          typeof operation.request === 'string'
            ? { [operation.request]: { schema: { type: 'string', contentMediaType: operation.request } } }
            : json(operation.request),
      },
    }),
    responses: {
      [status]: { description: 'Success.', ...(body && { content: json(body) }) },
      ...(operation.id === 'readAppliance' && {
        304: { description: 'Not changed since the revision of If-None-Match.' },
      }),
      ...Object.fromEntries(
        [...new Set(refusals)]
          .sort()
          .map((code) => [code, { description: 'Refused.', content: json(message.errorEnvelope) }]),
      ),
    },
  }
}

const fence = { name: 'Sensorform-Fence', in: 'header', description: 'Fencing number of the lease.' }

function parametersOf({ path, query = {}, fenced, mayRelease, conditional, id }: Operation): Json[] {
  const text = { schema: { type: 'string' } }
  return [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, ...text })),
    ...Object.entries(query).map(([name, { description }]) => ({ name, in: 'query', description, ...text })),
    ...(fenced ? [{ ...fence, required: true, ...text }] : []),
    ...(mayRelease ? [{ ...fence, ...text }] : []),
    ...(conditional ? [{ name: 'If-Match', in: 'header', description: 'Revision in quotes.', ...text }] : []),
    ...(id === 'readAppliance'
      ? [{ name: 'If-None-Match', in: 'header', description: 'Revision in quotes.', ...text }]
      : []),
  ]
}
