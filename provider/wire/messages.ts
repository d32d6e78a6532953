/**
 * The messages of plugin protocol 6.11 that the provider reads and writes. Names and numbers are facts of the interface;
 * the words around them are ours.
 *
 * @module
 */
import { bool, bytes, int, many, map, message, one, text } from './protobuf.ts'

export const empty = message({})

export const dynamicValue = message({ msgpack: bytes(1), json: bytes(2) })

export const pathStep = message({ attributeName: text(1), elementKeyString: text(2), elementKeyInt: int(3) })
export const attributePath = message({ steps: many(one(1, pathStep)) })

export const severities = { error: 1, warning: 2 } as const
export const diagnostic = message({
  severity: int(1),
  summary: text(2),
  detail: text(3),
  attribute: one(4, attributePath),
})
const diagnostics = (number: number) => many(one(number, diagnostic))

export const markdown = 1
export const nestings = { single: 1, list: 2, set: 3, map: 4 } as const

const leafAttribute = {
  name: text(1),
  type: bytes(2),
  description: text(3),
  required: bool(4),
  optional: bool(5),
  computed: bool(6),
  sensitive: bool(7),
  descriptionKind: int(8),
  deprecated: bool(9),
  writeOnly: bool(11),
  deprecationMessage: text(12),
}

/** An attribute, whose nested object is given as bytes: messages are declared before they are used. */
export const attribute = message({ ...leafAttribute, nestedType: bytes(10) })
export const nestedObject = message({ attributes: many(one(1, attribute)), nesting: int(3) })

export const block = message({
  version: int(1),
  attributes: many(one(2, attribute)),
  description: text(4),
  descriptionKind: int(5),
  deprecated: bool(6),
  deprecationMessage: text(7),
})
export const schema = message({ version: int(1), block: one(2, block) })
const actionSchema = message({ schema: one(1, schema) })

const parameter = message({
  name: text(1),
  type: bytes(2),
  allowNullValue: bool(3),
  allowUnknownValues: bool(4),
  description: text(5),
  descriptionKind: int(6),
})
const returns = message({ type: bytes(1) })
export const functionSignature = message({
  parameters: many(one(1, parameter)),
  variadicParameter: one(2, parameter),
  return: one(3, returns),
  summary: text(4),
  description: text(5),
  descriptionKind: int(6),
})
const functionError = message({ text: text(1), functionArgument: int(2) })

const serverCapabilities = message({
  planDestroy: bool(1),
  getProviderSchemaOptional: bool(2),
  moveResourceState: bool(3),
  generateResourceConfig: bool(4),
})
const clientCapabilities = message({ deferralAllowed: bool(1), writeOnlyAttributesAllowed: bool(2) })

const identityAttribute = message({
  name: text(1),
  type: bytes(2),
  requiredForImport: bool(3),
  optionalForImport: bool(4),
  description: text(5),
})
export const identitySchema = message({ version: int(1), identityAttributes: many(one(2, identityAttribute)) })
export const identityData = message({ identityData: one(1, dynamicValue) })
const rawState = message({ json: bytes(1) })
const timestamp = message({ seconds: int(1), nanos: int(2) })

const typed = { typeName: text(1), config: one(2, dynamicValue) }
const told = { diagnostics: diagnostics(1) }

export const getProviderSchema = {
  request: empty,
  response: message({
    provider: one(1, schema),
    resourceSchemas: map(2, schema),
    dataSourceSchemas: map(3, schema),
    diagnostics: diagnostics(4),
    serverCapabilities: one(6, serverCapabilities),
    functions: map(7, functionSignature),
    ephemeralResourceSchemas: map(8, schema),
    listResourceSchemas: map(9, schema),
    actionSchemas: map(11, actionSchema),
  }),
}

const metadata = message({ typeName: text(1) })
const functionMetadata = message({ name: text(1) })
export const getMetadata = {
  request: empty,
  response: message({
    serverCapabilities: one(1, serverCapabilities),
    diagnostics: diagnostics(2),
    dataSources: many(one(3, metadata)),
    resources: many(one(4, metadata)),
    functions: many(one(5, functionMetadata)),
    ephemeralResources: many(one(6, metadata)),
    listResources: many(one(7, metadata)),
    actions: many(one(9, metadata)),
  }),
}

export const getResourceIdentitySchemas = {
  request: empty,
  response: message({ identitySchemas: map(1, identitySchema), diagnostics: diagnostics(2) }),
}

export const validateProviderConfig = {
  request: message({ config: one(1, dynamicValue) }),
  response: message({ diagnostics: diagnostics(2) }),
}

export const configureProvider = {
  request: message({ terraformVersion: text(1), config: one(2, dynamicValue) }),
  response: message(told),
}

export const stopProvider = { request: empty, response: message({ error: text(1) }) }

export const validateResourceConfig = {
  request: message({ ...typed, clientCapabilities: one(3, clientCapabilities) }),
  response: message(told),
}

/** Of data sources, ephemeral resources, actions and list resources. */
export const validateConfig = { request: message(typed), response: message(told) }

export const upgradeResourceState = {
  request: message({ typeName: text(1), version: int(2), rawState: one(3, rawState) }),
  response: message({ upgradedState: one(1, dynamicValue), diagnostics: diagnostics(2) }),
}

export const upgradeResourceIdentity = {
  request: message({ typeName: text(1), version: int(2), rawIdentity: one(3, rawState) }),
  response: message({ upgradedIdentity: one(1, identityData), diagnostics: diagnostics(2) }),
}

export const readResource = {
  request: message({
    typeName: text(1),
    currentState: one(2, dynamicValue),
    private: bytes(3),
    currentIdentity: one(6, identityData),
  }),
  response: message({
    newState: one(1, dynamicValue),
    diagnostics: diagnostics(2),
    private: bytes(3),
    newIdentity: one(5, identityData),
  }),
}

export const planResourceChange = {
  request: message({
    typeName: text(1),
    priorState: one(2, dynamicValue),
    proposedNewState: one(3, dynamicValue),
    config: one(4, dynamicValue),
    priorPrivate: bytes(5),
    priorIdentity: one(8, identityData),
  }),
  response: message({
    plannedState: one(1, dynamicValue),
    requiresReplace: many(one(2, attributePath)),
    plannedPrivate: bytes(3),
    diagnostics: diagnostics(4),
    plannedIdentity: one(7, identityData),
  }),
}

export const applyResourceChange = {
  request: message({
    typeName: text(1),
    priorState: one(2, dynamicValue),
    plannedState: one(3, dynamicValue),
    config: one(4, dynamicValue),
    plannedPrivate: bytes(5),
    plannedIdentity: one(7, identityData),
  }),
  response: message({
    newState: one(1, dynamicValue),
    private: bytes(2),
    diagnostics: diagnostics(3),
    newIdentity: one(5, identityData),
  }),
}

const importedResource = message({
  typeName: text(1),
  state: one(2, dynamicValue),
  private: bytes(3),
  identity: one(4, identityData),
})
export const importResourceState = {
  request: message({ typeName: text(1), id: text(2), identity: one(4, identityData) }),
  response: message({ importedResources: many(one(1, importedResource)), diagnostics: diagnostics(2) }),
}

export const generateResourceConfig = {
  request: message({ typeName: text(1), state: one(2, dynamicValue) }),
  response: message({ config: one(1, dynamicValue), diagnostics: diagnostics(2) }),
}

export const moveResourceState = {
  request: message({
    sourceProviderAddress: text(1),
    sourceTypeName: text(2),
    sourceSchemaVersion: int(3),
    sourceState: one(4, rawState),
    targetTypeName: text(5),
    sourcePrivate: bytes(6),
  }),
  response: message({
    targetState: one(1, dynamicValue),
    diagnostics: diagnostics(2),
    targetPrivate: bytes(3),
    targetIdentity: one(4, identityData),
  }),
}

export const readDataSource = {
  request: message(typed),
  response: message({ state: one(1, dynamicValue), diagnostics: diagnostics(2) }),
}

export const openEphemeralResource = {
  request: message(typed),
  response: message({
    diagnostics: diagnostics(1),
    renewAt: one(2, timestamp),
    result: one(3, dynamicValue),
    private: bytes(4),
  }),
}

export const renewEphemeralResource = {
  request: message({ typeName: text(1), private: bytes(2) }),
  response: message({ diagnostics: diagnostics(1), renewAt: one(2, timestamp), private: bytes(3) }),
}

export const closeEphemeralResource = {
  request: message({ typeName: text(1), private: bytes(2) }),
  response: message(told),
}

export const getFunctions = {
  request: empty,
  response: message({ functions: map(1, functionSignature), diagnostics: diagnostics(2) }),
}

export const callFunction = {
  request: message({ name: text(1), arguments: many(one(2, dynamicValue)) }),
  response: message({ result: one(1, dynamicValue), error: one(2, functionError) }),
}

export const listResource = {
  request: message({ ...typed, includeResourceObject: bool(3), limit: int(4) }),
  response: message({
    identity: one(1, identityData),
    displayName: text(2),
    resourceObject: one(3, dynamicValue),
    diagnostics: diagnostics(4),
  }),
}

export const planAction = { request: message(typed), response: message(told) }

const progress = message({ message: text(1) })
const completed = message({ diagnostics: diagnostics(1) })
export const invokeAction = {
  request: message(typed),
  response: message({ progress: one(1, progress), completed: one(2, completed) }),
}

/** Of go-plugin, beside the provider's own service. */
export const healthCheck = {
  request: message({ service: text(1) }),
  response: message({ status: int(1) }),
}
export const serving = 1
