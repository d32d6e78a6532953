/** The RPCs of `tfplugin6.Provider` by name. What is not here answers UNIMPLEMENTED, which Terraform expects. */
import { applyResourceChange } from './apply-resource-change.ts'
import { callFunction } from './call-function.ts'
import { configureProvider } from './configure-provider.ts'
import { closeEphemeralResource, openEphemeralResource, renewEphemeralResource } from './ephemeral-resource.ts'
import { generateResourceConfig } from './generate-resource-config.ts'
import { getFunctions } from './get-functions.ts'
import { getMetadata } from './get-metadata.ts'
import { getProviderSchema } from './get-provider-schema.ts'
import { getResourceIdentitySchemas } from './get-resource-identity-schemas.ts'
import { importResourceState } from './import-resource-state.ts'
import { invokeAction } from './invoke-action.ts'
import { listResource } from './list-resource.ts'
import { moveResourceState } from './move-resource-state.ts'
import { planAction } from './plan-action.ts'
import { planResourceChange } from './plan-resource-change.ts'
import { readDataSource } from './read-data-source.ts'
import { readResource } from './read-resource.ts'
import type { Rpc } from './rpc.ts'
import { stopProvider } from './stop-provider.ts'
import { upgradeResourceIdentity } from './upgrade-resource-identity.ts'
import { upgradeResourceState } from './upgrade-resource-state.ts'
import {
  validateActionConfig,
  validateDataResourceConfig,
  validateEphemeralResourceConfig,
  validateListResourceConfig,
} from './validate-config.ts'
import { validateProviderConfig } from './validate-provider-config.ts'
import { validateResourceConfig } from './validate-resource-config.ts'

export const rpcs: Readonly<Record<string, Rpc>> = {
  GetProviderSchema: getProviderSchema,
  GetMetadata: getMetadata,
  GetResourceIdentitySchemas: getResourceIdentitySchemas,
  GetFunctions: getFunctions,
  ValidateProviderConfig: validateProviderConfig,
  ConfigureProvider: configureProvider,
  StopProvider: stopProvider,
  ValidateResourceConfig: validateResourceConfig,
  UpgradeResourceState: upgradeResourceState,
  UpgradeResourceIdentity: upgradeResourceIdentity,
  ReadResource: readResource,
  PlanResourceChange: planResourceChange,
  ApplyResourceChange: applyResourceChange,
  ImportResourceState: importResourceState,
  MoveResourceState: moveResourceState,
  GenerateResourceConfig: generateResourceConfig,
  ValidateDataResourceConfig: validateDataResourceConfig,
  ReadDataSource: readDataSource,
  ValidateEphemeralResourceConfig: validateEphemeralResourceConfig,
  OpenEphemeralResource: openEphemeralResource,
  RenewEphemeralResource: renewEphemeralResource,
  CloseEphemeralResource: closeEphemeralResource,
  CallFunction: callFunction,
  ValidateListResourceConfig: validateListResourceConfig,
  ListResource: listResource,
  ValidateActionConfig: validateActionConfig,
  PlanAction: planAction,
  InvokeAction: invokeAction,
}
