/**
 * A fleet as the CLI declares it: the same documents, the same layers, the same checks. One resource for each appliance.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { basename, relative, resolve, sep } from 'node:path'
import { Annotations, App, Lazy, TerraformAsset, TerraformStack, type TerraformProvider } from 'cdktf'
import { Construct } from 'constructs'
import { pemOf } from '../load/pem.ts'
import { loadFleetNow, type DocumentText } from '../load/load-fleet.ts'
import { apiVersion } from '../schemas/documents.ts'
import type { DesiredAppliance, Fleet, LoadedFile, LoadedRegistrar, LoadedTrust } from '../schemas/fleet.ts'
import type { Problem } from '../schemas/problem.ts'
import { toSnakeCase } from '../schemas/terraform/names.ts'
import { isToken, literal, type Writing } from './attributes.ts'
import { ManagementConsole, Sensor, SensorformProvider } from './elements.ts'
import type { ConsoleSpec, ProviderSpec, SensorSpec } from './generated/spec.ts'
import { isData, unwritable } from './mistakes.ts'

/** A part of a spec, as one layer says it. `null` withdraws what a lower layer declared. */
export type Layer<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]?: Layer<T[K]> | null }
    : T

/** A sensor of a fleet, as its document would declare it. */
export interface FleetSensor {
  readonly site?: string
  readonly labels?: Readonly<Record<string, string>>
  /** The key that it had before. Terraform moves its state along. */
  readonly formerKey?: string
  /**
   * Laid over the defaults of the fleet and the site. Paths begin at `cwd`. No tokens, as all of it is checked at synth: what Terraform
   * alone knows is set on the construct, `fleet.sensor(key).addOverride(…)`.
   */
  readonly spec?: Layer<SensorSpec>
}

export interface SensorFleetConfig {
  /** Files and folders of documents. */
  readonly paths?: readonly string[]
  /** Documents as text: what is shown of it in problems, and the text. */
  readonly documents?: Readonly<Record<string, string>>
  /** Sensors by key. */
  readonly sensors?: Readonly<Record<string, FleetSensor>>
  /** Where paths begin. Default: the working directory, which under cdktf is that of cdktf.json. */
  readonly cwd?: string
  /** Where files of secrets are looked for first. */
  readonly secretsDir?: string
  /** Where update packages are looked for first. */
  readonly packagesDir?: string
  /** A provider of your own. Default: one with the credentials and registrars of the Fleet document. */
  readonly provider?: TerraformProvider
  /** Of all secrets that come from files: another number says that one has changed. Default: 1. */
  readonly secretVersion?: number
}

/** Yields one resource for each appliance. What is wrong with the documents fails the synth, each with file and line. */
export class SensorFleet extends Construct {
  /** By key. */
  readonly sensors: ReadonlyMap<string, Sensor>
  /** By key. */
  readonly managementConsoles: ReadonlyMap<string, ManagementConsole>
  readonly #errors: readonly string[]
  /** Keys have no capital letters, so that nothing of ours in the tree takes the place of an appliance. */
  readonly #own: Construct

  constructor(scope: Construct, id: string, config: SensorFleetConfig) {
    super(scope, id)
    this.#own = new Construct(this, 'Own')
    const { paths = [], cwd = process.cwd(), secretsDir, packagesDir } = config
    const options = {
      cwd,
      ...(secretsDir !== undefined && { secretsDir }),
      ...(packagesDir !== undefined && { packagesDir }),
    }
    const unwritten = typedMistakes(config)
    const { fleet, problems } = unwritten.length > 0 ? { problems: [] } : loadFleetNow(paths, options, textsOf(config))
    this.#errors = [...unwritten, ...problems.filter(({ severity }) => severity === 'error').map(problemText)]
    this.node.addValidation({ validate: () => [...this.#errors] })
    for (const problem of problems.filter(({ severity }) => severity !== 'error')) {
      Annotations.of(this).addWarning(problemText(problem))
    }
    const yielded = fleet ? this.#yield(fleet, config) : undefined
    this.sensors = yielded?.sensors ?? new Map()
    this.managementConsoles = yielded?.managementConsoles ?? new Map()
  }

  /** The sensor of a key. Throws when no document declares it, and when something is wrong with the documents, which it says. */
  sensor(key: string): Sensor {
    if (this.#errors.length > 0)
      throw new Error([`The fleet ${this.node.path} cannot be made:`, ...this.#errors].join('\n'))
    const sensor = this.sensors.get(key)
    if (!sensor) throw new RangeError(`the fleet ${this.node.path} declares no sensor ${key}`)
    return sensor
  }

  #yield(fleet: Fleet, { provider: given, secretVersion = 1 }: SensorFleetConfig) {
    this.#warn(fleet)
    const writing = fleetWriting(this, secretVersion)
    const consoles = mapMap(fleet.managementConsoles, (desired) => this.#specOf(desired) as unknown as ConsoleSpec)
    const provider =
      given ?? new SensorformProvider(this.#own, 'provider', this.#providerConfig(fleet, consoles), writing)
    const managementConsoles = mapMap(
      consoles,
      (spec, key) => new ManagementConsole(this, idOf(key), { ...spec, provider }, writing),
    )
    const sensors = mapMap(fleet.sensors, (desired) => {
      const console = managementConsoles.get(desired.settings.managementConsole?.console ?? '')
      const spec = this.#specOf(desired) as unknown as SensorSpec
      return new Sensor(
        this,
        idOf(desired.key),
        { ...spec, provider, ...(console && { dependsOn: [console] }) },
        writing,
      )
    })
    for (const desired of [...fleet.sensors.values(), ...fleet.managementConsoles.values()]) {
      const made = sensors.get(desired.key) ?? managementConsoles.get(desired.key)
      if (desired.formerKey !== undefined && made) {
        made.moveFromId(`${made.terraformResourceType}.${this.#logicalIdOf(desired.formerKey)}`)
      }
    }
    return { sensors, managementConsoles }
  }

  /** What the CLI would keep to and Terraform has no word for. */
  #warn({ policy, sites }: Fleet): void {
    const windows = [...sites.values()].filter(({ window }) => window).map(({ name }) => name)
    if (windows.length > 0) {
      Annotations.of(this).addWarning(
        `Terraform knows no windows: sites ${windows.join(', ')} declare one, and an apply at another time disrupts all the same.`,
      )
    }
    if (Object.keys(policy).length > 0) {
      Annotations.of(this).addInfo('The policy of the Fleet document is the CLI’s; Terraform has no thresholds.')
    }
  }

  /** That of the appliance which has this key. */
  #logicalIdOf(key: string): string {
    const probe = new Construct(this, idOf(key))
    const logicalId = TerraformStack.of(this).getLogicalId(probe.node)
    this.node.tryRemoveChild(idOf(key))
    return logicalId
  }

  #providerConfig(
    { credentials, registrars }: Fleet,
    consoles: ReadonlyMap<string, ConsoleSpec>,
  ): ProviderSpec & { alias?: string } {
    const others = TerraformStack.of(this)
      .node.findAll()
      .filter((one) => one instanceof SensorformProvider)
    const spec = {
      ...(credentials.size > 0 && { credentials: Object.fromEntries(credentials) }),
      ...(registrars.size > 0 && {
        registrars: Object.fromEntries(mapMap(registrars, (one, name) => this.#registrar(name, one))),
      }),
      ...(consoles.size > 0 && { managementConsoles: Object.fromEntries(mapMap(consoles, ({ access }) => access)) }),
    } as unknown as ProviderSpec
    return { ...spec, ...(others.length > 0 && { alias: aliasOf(this) }) }
  }

  #registrar(name: string, registrar: LoadedRegistrar): object {
    if ('azure' in registrar) {
      return { azure: { ...registrar.azure, trust: this.#trust(`Registrar-${name}`, registrar.azure.trust) } }
    }
    return { directory: { path: this.#handedIn(name, registrar.directory.path) } }
  }

  /** Activation files travel with the synthesised stack; what is handed in later needs another synth. */
  #handedIn(name: string, path: string): string {
    if (existsSync(path)) return this.#asset(`registrar-${name}`, path)
    Annotations.of(this).addWarning(
      `The folder of registrar ${name} does not exist yet: ${path}. Create it, and synthesise again.`,
    )
    return basename(path)
  }

  #specOf({ key, access, settings, hold }: DesiredAppliance): object {
    const identity = access.identity ?? pinnedIdentity(access.trust)
    const packages = Object.entries(settings.software?.packages ?? {}).map(([version, one]) => [
      version,
      { ...one, file: this.#asset(`package-${key}-${version}`, one.file) },
    ])
    return {
      access: { ...access, trust: this.#trust(key, access.trust), ...(identity !== undefined && { identity }) },
      ...settings,
      ...(packages.length > 0 && { software: { ...settings.software, packages: Object.fromEntries(packages) } }),
      ...(hold && { hold }),
    }
  }

  /** Pins of a pin file are written out, so that what is trusted can be reviewed. */
  #trust(owner: string, trust: readonly LoadedTrust[]): object[] {
    return trust.flatMap((anchor, index): object[] => {
      if ('pinFile' in anchor) return anchor.pins.map((pin) => ({ pin }))
      return 'caFile' in anchor ? [{ caFile: this.#asset(`ca-${owner}-${index}`, anchor.caFile) }] : [anchor]
    })
  }

  /** A public file or folder, copied to where Terraform runs. */
  #asset(id: string, path: string): string {
    return new TerraformAsset(this.#own, id, { path }).path
  }
}

/** The framework takes what every object has for a child that is there already. */
const idOf = (key: string): string => (key in {} ? `Key-${key}` : key)

/** Told from that of every other fleet of the stack, and a word as Terraform wants it. */
const aliasOf = (fleet: Construct): string =>
  TerraformStack.of(fleet)
    .getLogicalId(fleet.node)
    .replaceAll(/[^\w-]/g, '')
    .replace(/^(?![A-Za-z_])/, '_')

const pinnedIdentity = (trust: readonly LoadedTrust[]): string | undefined =>
  trust.flatMap((anchor) => ('identity' in anchor && anchor.identity !== undefined ? [anchor.identity] : []))[0]

const mapMap = <Key, From, To>(map: ReadonlyMap<Key, From>, make: (item: From, key: Key) => To): Map<Key, To> =>
  new Map([...map].map(([key, item]) => [key, make(item, key)]))

/** Typed sensors as the documents they stand for. JSON is YAML. */
function textsOf({ documents = {}, sensors = {} }: SensorFleetConfig): DocumentText[] {
  const typed = Object.entries(sensors).map(([name, { spec = {}, ...metadata }]) => ({
    file: `sensors[${JSON.stringify(name)}]`,
    text: JSON.stringify({ apiVersion, kind: 'Sensor', metadata: { ...metadata, name }, spec }, null, 2),
    isWritten: true,
  }))
  return [...Object.entries(documents).map(([file, text]) => ({ file, text })), ...typed]
}

/** What no document can hold: values that Terraform alone will know, where all is checked before it runs, and what is no value. */
const typedMistakes = ({ sensors = {} }: SensorFleetConfig): string[] =>
  Object.entries(sensors).flatMap(([name, sensor]) => {
    if (isData(sensor)) return []
    const others = unwritable(sensor, `sensors[${JSON.stringify(name)}]`)
    return others.length > 0 ? others : tokenPaths(sensor).map((path) => tokenMistake(name, path))
  })

function tokenMistake(name: string, path: string): string {
  const place = `sensors[${JSON.stringify(name)}].${path}`
  const [top, ...setting] = path.split('.')
  const override = `fleet.sensor(key).addOverride('${setting.map(toSnakeCase).join('.')}', …)`
  const instead = top === 'spec' ? `, or set it on the construct: ${override}` : ''
  return `${place} is a token, and a fleet is checked before Terraform knows its value. Declare a Sensor of its own${instead}.`
}

function tokenPaths(value: unknown, path = ''): string[] {
  if (isToken(value)) return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => tokenPaths(item, path === '' ? key : `${path}.${key}`))
}

/** As the CLI shows it, on one line: where, whom it concerns unless that is named already, and what to do. */
const problemText = ({ code, at, key, summary, hint }: Problem): string => {
  const place = at ? `${at.file}:${at.line}:${at.column}: ` : ''
  const subject = key === undefined || `${place}${summary}`.includes(key) ? '' : `${key}: `
  return `${place}${subject}${summary}${/[.!?]$/.test(summary) ? '' : '.'}${hint === undefined ? '' : ` ${hint}`} (${code})`
}

/** Secrets in files are read by Terraform, when it runs; where they lie is told from the folder of the stack. */
function fleetWriting(scope: Construct, version: number): Writing {
  const folder = resolve(App.of(scope).outdir, 'stacks', TerraformStack.of(scope).node.id)
  const fileCall = (path: string): string => {
    const from = relative(folder, path).split(sep).join('/')
    return `\${sensitive(trimsuffix(file("\${path.module}/${literal(from).replaceAll(/["\\]/g, String.raw`\$&`)}"), "\\n"))}`
  }
  return {
    isChecked: true,
    text: literal,
    content: (source) => literal(pemOf(source as LoadedFile)),
    secret: ({ fromEnv, fromFile, ...given }) => {
      if (fromFile !== undefined) return { value: Lazy.stringValue({ produce: () => fileCall(fromFile) }), version }
      return fromEnv === undefined ? (given as { value: string }) : { fromEnv }
    },
  }
}
