/**
 * The provider and its appliances as constructs. The classes that are generated from the provider's schema stand beside them
 * (`sensorform/cdktf/sensor`, named as `cdktf get` names them); these take the spec as documents spell it.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import {
  DefaultTokenResolver,
  StringConcat,
  TerraformProvider,
  TerraformResource,
  TerraformStack,
  Tokenization,
  type IResolvable,
  type TerraformMetaArguments,
} from 'cdktf'
import type { Construct } from 'constructs'
import packageJson from '../package.json' with { type: 'json' }
import { toSnakeCase } from '../schemas/terraform/names.ts'
import { consoleAttributes, providerAttributes, sensorAttributes } from '../schemas/terraform/generated.ts'
import type { Attributes } from '../schemas/terraform/schema.ts'
import { attributePath, toAttributes, type Writing } from './attributes.ts'
import type { ConsoleSpec, ProviderSpec, SensorSpec } from './generated/spec.ts'
import { mistakesIn } from './mistakes.ts'

/** Where Terraform finds the provider. */
export const providerSource = 'sensorform/sensorform'

const metadata = { providerName: 'sensorform', providerVersion: packageJson.version }

/** What a person writes in TypeScript: text may hold Terraform's own `${…}`, files are read from the working directory. */
export const asWritten: Writing = {
  text: (text) => text,
  content: ({ file, content }) => content ?? readFileSync(file, 'utf8'),
  secret: (source) => source,
}

/** What is wrong with the spec of a construct. */
const mistakesOf = (scope: Construct, attributes: Attributes, spec: object, writing: Writing): string[] =>
  mistakesIn(attributes, spec, {
    content: (file) => writing.content(file),
    resolve: (token) => Tokenization.resolve(token, { ...resolving, scope }),
  })

const resolving = { preparing: false, resolver: new DefaultTokenResolver(new StringConcat()) }

export interface SensorformProviderConfig extends ProviderSpec {
  /** Name of a further provider block in one stack. */
  alias?: string
}

/** The provider block: how to sign in, and where sensors are registered. */
export class SensorformProvider extends TerraformProvider {
  static readonly tfResourceType = 'sensorform'
  #alias: string | undefined
  readonly #spec: ProviderSpec
  readonly #writing: Writing

  constructor(scope: Construct, id: string, config: SensorformProviderConfig = {}, writing: Writing = asWritten) {
    super(scope, id, {
      terraformResourceType: SensorformProvider.tfResourceType,
      terraformGeneratorMetadata: metadata,
      terraformProviderSource: providerSource,
    })
    const { alias, ...spec } = config
    this.#alias = alias
    this.#spec = spec
    this.#writing = writing
    this.node.addValidation({
      validate: () => [
        ...(writing.isChecked ? [] : mistakesOf(this, providerAttributes, spec, writing)),
        ...this.#twinMistakes(),
      ],
    })
  }

  /** Name of a further provider block in one stack. */
  override get alias(): string | undefined {
    return this.#alias
  }
  override set alias(alias: string | undefined) {
    this.#alias = alias
  }

  /** Terraform takes one block of each alias, and one without. */
  #twinMistakes(): string[] {
    const first = TerraformStack.of(this)
      .node.findAll()
      .find((one) => one instanceof SensorformProvider && one.alias === this.alias)
    if (!first || first === this) return []
    const which = this.alias === undefined ? 'no alias' : `the alias ${this.alias}`
    return [
      `The provider ${first.node.path} has ${which} as well. Give this one an alias, and hand it to its constructs.`,
    ]
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return toAttributes(providerAttributes, this.#spec, this.#writing)
  }
}

const metaKeys: ReadonlySet<string> = new Set([
  'dependsOn',
  'count',
  'provider',
  'lifecycle',
  'forEach',
  'provisioners',
  'connection',
] satisfies (keyof TerraformMetaArguments)[])

/** What the resource does besides the spec. */
export interface Conduct {
  /**
   * What a plan does while the appliance does not answer: fail, or keep what is known of it and go on with a warning.
   * Default: fail.
   */
  onUnreachable?: 'fail' | 'keep'
}

export interface SensorConduct extends Conduct {
  /** What destroying does: leave the sensor as it is, or delete its registration too. Default: leave. */
  onDestroy?: 'leave' | 'unregister'
}

const conductKeys: ReadonlySet<string> = new Set(['onUnreachable', 'onDestroy'] satisfies (keyof SensorConduct)[])

/** A configuration apart: what Terraform itself reads, what the resource does, and the spec. */
function partsOf<Spec extends object>(config: Spec & SensorConduct & TerraformMetaArguments) {
  const parts = { meta: {}, conduct: {}, spec: {} }
  for (const [key, value] of Object.entries(config)) {
    const part = metaKeys.has(key) ? parts.meta : conductKeys.has(key) ? parts.conduct : parts.spec
    Object.assign(part, { [key]: value })
  }
  return parts as { meta: TerraformMetaArguments; conduct: SensorConduct; spec: Spec }
}

/** One appliance. Its logical id comes from its place in the tree, never from its name. */
abstract class Appliance<Spec extends object> extends TerraformResource {
  /** What is configured. Aspects may change it until the app is synthesised. */
  spec: Spec
  readonly #conduct: SensorConduct
  readonly #attributes: Attributes
  readonly #writing: Writing

  constructor(
    scope: Construct,
    id: string,
    config: Spec & SensorConduct & TerraformMetaArguments,
    fixed: { type: string; attributes: Attributes; writing: Writing },
  ) {
    const { meta, conduct, spec } = partsOf<Spec>(config)
    super(scope, id, { terraformResourceType: fixed.type, terraformGeneratorMetadata: metadata, ...meta })
    this.spec = spec
    this.#conduct = conduct
    this.#attributes = fixed.attributes
    this.#writing = fixed.writing
    this.node.addValidation({
      validate: () =>
        fixed.writing.isChecked && this.spec === spec
          ? []
          : mistakesOf(this, fixed.attributes, this.spec, fixed.writing),
    })
  }

  /**
   * A reference to a setting by its path in the spec, such as `network.address` or `forwarding.rules["to SIEM"].engines`. Throws a
   * RangeError where there is no such setting.
   */
  reference(path: string): string {
    return this.getStringAttribute(attributePath(this.#attributes, path))
  }

  /** The serial number, which is the resource's id. */
  get id(): string {
    return this.getStringAttribute('id')
  }
  /** Serial number, which tells the appliance from every other. */
  get serialNumber(): string {
    return this.getStringAttribute('serial_number')
  }
  /** Version of the software that runs. */
  get softwareVersion(): string {
    return this.getStringAttribute('software_version')
  }
  /** SHA-256 of the certificate that is served, hexadecimal. */
  get certificateFingerprint(): string {
    return this.getStringAttribute('certificate_fingerprint')
  }
  /** When the certificate that is served ends. */
  get certificateExpiresAt(): string {
    return this.getStringAttribute('certificate_expires_at')
  }

  /** Whether the last apply left nothing to do. A token: a plan alone can say it. */
  get inSync(): IResolvable {
    return this.getBooleanAttribute('in_sync')
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const conduct = Object.entries(this.#conduct).map(([key, word]) => [toSnakeCase(key), word] as const)
    return { ...toAttributes(this.#attributes, this.spec, this.#writing), ...Object.fromEntries(conduct) }
  }
}

export interface SensorConfig extends SensorSpec, SensorConduct, TerraformMetaArguments {}

/** One OT network sensor (`sensorform_sensor`). Creating it adopts a sensor that is there; destroying it leaves it as it is. */
export class Sensor extends Appliance<SensorSpec> {
  static readonly tfResourceType = 'sensorform_sensor'

  constructor(scope: Construct, id: string, config: SensorConfig, writing: Writing = asWritten) {
    super(scope, id, config, { type: Sensor.tfResourceType, attributes: sensorAttributes, writing })
  }

  /** What the sensor says of its activation. */
  get activationStatus(): string {
    return this.getStringAttribute('activation_status')
  }
  /** When the activation of a locally managed sensor ends. */
  get activationExpiresAt(): string {
    return this.getStringAttribute('activation_expires_at')
  }
}

export interface ManagementConsoleConfig extends ConsoleSpec, Conduct, TerraformMetaArguments {}

/** One on-premises management console (`sensorform_management_console`). */
export class ManagementConsole extends Appliance<ConsoleSpec> {
  static readonly tfResourceType = 'sensorform_management_console'

  constructor(scope: Construct, id: string, config: ManagementConsoleConfig, writing: Writing = asWritten) {
    super(scope, id, config, { type: ManagementConsole.tfResourceType, attributes: consoleAttributes, writing })
  }
}
