/** What the conformance suite works with: an appliance of a driver, and runs of the engine on it. */
import { expect } from 'vitest'
import { applyPlan } from '../../reconcile/apply/apply.ts'
import type { ManagedSensor, Support } from '../../reconcile/driver.ts'
import type { Overrides, World } from '../../reconcile/engine.ts'
import { targetOf } from '../../reconcile/observe/target.ts'
import { adopt, unregisterOwned, type Unregistered } from '../../reconcile/owner.ts'
import type { ApplianceOutcome } from '../../reconcile/outcome.ts'
import type { AppliancePlan, Plan } from '../../reconcile/plan-types.ts'
import { planRun } from '../../reconcile/run.ts'
import type { DesiredAppliance, DesiredSettings, Fleet, LoadedPackage } from '../../schemas/fleet.ts'

/** An appliance, and a person who works at it. */
export interface UnderTest {
  /** Its document without settings. */
  document: DesiredAppliance
  /** A person sets a field in the console; a secret is given as `{ secret }`, a file as its text, `null` unsets. */
  changeInConsole(path: string, value: unknown): Promise<void> | void
}

/** A management console whose site `Plant` has the zones `Assembly` and `Packaging`. */
export interface ConsoleUnderTest extends UnderTest {
  connectionString: string
}

/** One sensor, registered as `registeredName` in site `plant` of the registrar `cloud`, and an engine that reaches it. */
export interface ConformanceWorld {
  world: World
  support: Support
  sensor: UnderTest
  /** Credentials and registrars of the documents. */
  fleet: Omit<Fleet, 'sensors' | 'managementConsoles'>
  registeredName: string
  /** Where the sensor may be moved to; the second is where it is. */
  addresses: readonly [string, string]
  /** `old` has an older version than the sensor. Settings of `own` may be changed, no sensor is connected to it. */
  consoles: Readonly<Record<'hq' | 'spare' | 'old' | 'own', ConsoleUnderTest>>
  /** A later version of the sensor's software, and its package. */
  update: { version: string; package: LoadedPackage }
  /** A syslog server whose certificate the sensor cannot validate. */
  distrustedPeer(): Promise<{ host: string; port: number }>
  /** Secrets by the name of their variable. */
  setSecret(name: string, value: string): void
  close(): Promise<void> | void
}

export interface Applied {
  /** The plan of the whole run, which may be refused. */
  whole: Plan
  plan: AppliancePlan
  outcome: ApplianceOutcome | undefined
}

let runs = 0

/** Values that may be in no plan and no outcome. */
export const secretValues = { SECRET_A: 'first-secret', SECRET_B: 'second-secret' }

/** Runs of the engine on one appliance; of a fleet of this one, and of the console that it names. */
export class Session {
  readonly under: ConformanceWorld
  readonly appliance: UnderTest

  constructor(under: ConformanceWorld, appliance: UnderTest = under.sensor) {
    this.under = under
    this.appliance = appliance
  }

  fleet(settings: DesiredSettings): Fleet {
    const { document } = this.appliance
    const desired = { ...document, settings }
    const isSensor = document.kind === 'Sensor'
    const named = Object.values(this.under.consoles)
      .map((one) => one.document)
      .filter(({ key }) => key === settings.managementConsole?.console)
    return {
      ...this.under.fleet,
      sensors: new Map(isSensor ? [[desired.key, desired]] : []),
      managementConsoles: new Map((isSensor ? named : [desired]).map((one) => [one.key, one])),
    }
  }

  async plan(settings: DesiredSettings): Promise<AppliancePlan> {
    const { plan } = await planRun(this.fleet(settings), this.under.world, {})
    expectNoSecret(plan)
    return this.#own(plan)
  }

  async apply(settings: DesiredSettings, allowed: Overrides = {}): Promise<Applied> {
    const fleet = this.fleet(settings)
    const overrides = { allowUnguardedNetworkChange: true, ...allowed }
    const { plan } = await planRun(fleet, this.under.world, { overrides, waitForRuns: true })
    const outcome = await applyPlan(plan, fleet, this.under.world, { run: `conformance-${++runs}`, overrides })
    expectNoSecret([plan, outcome])
    const [own] = this.#isSensor ? outcome.sensors : outcome.managementConsoles
    return { whole: plan, plan: this.#own(plan), outcome: own }
  }

  /** Brings the sensor there; a second plan finds nothing left to do. */
  async settle(settings: DesiredSettings): Promise<AppliancePlan> {
    const { plan, outcome } = await this.apply(settings)
    expect({ status: outcome?.status, problems: outcome?.problems }).toEqual({ status: 'done', problems: [] })
    expect(stateOf(await this.plan(settings))).toEqual(settled)
    return plan
  }

  /** How a management console lists the sensor, as its driver reads it. */
  async entryAt(key: keyof ConformanceWorld['consoles']): Promise<ManagedSensor | undefined> {
    const { world, consoles } = this.under
    const { document } = consoles[key]
    const reader = world.driver(document.access.driver).reader(targetOf(this.fleet({}), document))
    try {
      const { identity } = await this.plan({})
      return (await reader.observe()).console?.sensors.find((one) => one.identity === identity)
    } finally {
      await reader.close()
    }
  }

  /** Marks the appliance as adopted. */
  adopt(owner: string): Promise<void> {
    const run = `conformance-${++runs}`
    return adopt(this.fleet({}), this.#desired({}), this.under.world, { run, owner })
  }

  unregister(settings: DesiredSettings, owner: string): Promise<Unregistered> {
    const run = `conformance-${++runs}`
    return unregisterOwned(this.fleet(settings), this.#desired(settings), this.under.world, { run, owner })
  }

  /** Who adopted the appliance, as its driver reads it. */
  async owner(): Promise<string | undefined> {
    const desired = this.#desired({})
    const reader = this.under.world.driver(desired.access.driver).reader(targetOf(this.fleet({}), desired))
    try {
      return (await reader.observe()).owner
    } finally {
      await reader.close()
    }
  }

  #desired(settings: DesiredSettings): DesiredAppliance {
    return { ...this.appliance.document, settings }
  }

  get #isSensor(): boolean {
    return this.appliance.document.kind === 'Sensor'
  }

  #own({ sensors, managementConsoles }: Plan): AppliancePlan {
    const [own] = this.#isSensor ? sensors : managementConsoles
    if (!own) throw new Error('the plan does not have the appliance')
    return own
  }
}

function expectNoSecret(result: unknown): void {
  const text = JSON.stringify(result)
  expect(Object.values(secretValues).filter((value) => text.includes(value))).toEqual([])
}

/** Nothing is left to do. */
export const settled = { changes: [], steps: [] }

/** What a plan would do, in a few words. */
export const stateOf = ({ changes, steps }: AppliancePlan) => ({
  changes: changes.map(({ path }) => path),
  steps: steps.map(({ id }) => id),
})

export const registration = { registrar: 'cloud', site: 'plant' }
