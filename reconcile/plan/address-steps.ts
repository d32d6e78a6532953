/**
 * Address, mask and gateway: one change, guarded where the driver can, last of all. And what is left of an earlier one.
 *
 * @module
 */
import { ipv4Number, isSubnetMask, subnetOf } from '../../schemas/rules.ts'
import type { Change } from '../change.ts'
import { emptyDraft, type Draft } from './draft.ts'
import type { AddressTriple } from '../driver.ts'
import { writeOf } from './field-steps.ts'
import { problemOf, type Look } from '../compare/look.ts'
import { manualStep } from './manual-steps.ts'
import type { Step } from '../plan-types.ts'
import { groupOf } from './step-groups.ts'
import { makeStep } from './step-facts.ts'
import { nameFields } from './step-titles.ts'
import { addressPaths, outcomeOf } from '../compare/unfinished.ts'

const sessions = 'every session with the sensor: users and tools sign in again at the new address'

/** The step that moves the management address. */
export function addressSteps(look: Look, changes: readonly Change[]): Draft {
  const paths = changes
    .filter(({ kind, path }) => kind === 'field' && groupOf(path) === 'network.address')
    .map(({ path }) => path)
  if (paths.length === 0) return emptyDraft
  if (paths.some((path) => writeOf(look, path) === 'manual')) {
    const step = manualStep(look, 'network.address', paths)
    return { steps: step ? [step] : [], problems: [] }
  }
  if (paths.every((path) => writeOf(look, path) === 'none')) return emptyDraft
  const from = tripleOf(look, () => undefined)
  const to = tripleOf(look, (path) => (paths.includes(path) ? declaredPart(look, path) : undefined))
  const fault = faultOf(to)
  if (fault) return { steps: [], problems: [invalid(look, fault)] }
  return moveStep(look, paths, { ...to, ...from } as AddressTriple, to as AddressTriple)
}

function declaredPart({ desired }: Look, path: string): string | undefined {
  const part = path.slice('network.'.length) as keyof AddressTriple
  return desired.settings.network?.[part]
}

/** Parts that `choose` leaves open are as they are live, or else as declared. */
function tripleOf(look: Look, choose: (path: string) => string | undefined): Partial<AddressTriple> {
  const parts = addressPaths.map((path) => {
    const value = choose(path) ?? (look.live.get(path) as string | undefined) ?? declaredPart(look, path)
    return [path.slice('network.'.length), value]
  })
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined)) as Partial<AddressTriple>
}

/** Declared parts are checked while loading; together with live ones they may still not fit. */
function faultOf({ address, subnetMask, gateway }: Partial<AddressTriple>): string | undefined {
  if (!address || !subnetMask || !gateway)
    return 'address, mask and gateway are not all known; one that the driver cannot read is not declared'
  if (!isSubnetMask(subnetMask)) return `${subnetMask} is not a subnet mask`
  const { network, broadcast } = subnetOf(address, subnetMask)
  const inside = (text: string) => ipv4Number(text) > network && ipv4Number(text) < broadcast
  if (!inside(address)) return `${address} is no host address under mask ${subnetMask}`
  return inside(gateway)
    ? undefined
    : `gateway ${gateway} does not lie in the subnet of ${address} (mask ${subnetMask})`
}

const invalid = ({ desired }: Look, fault: string) =>
  problemOf(desired, {
    severity: 'error',
    code: 'NETWORK_CHANGE_INVALID',
    field: 'network.address',
    summary: `The address is not changed: ${fault}`,
    hint: 'Declare network.address, subnetMask and gateway together.',
  })

function moveStep(look: Look, paths: readonly string[], from: AddressTriple, to: AddressTriple): Draft {
  const guarded = look.support.guardedNetworkChange ?? false
  const allowed = look.context.options.overrides?.allowUnguardedNetworkChange ?? false
  const title = `move ${nameFields(paths)}${from.address === to.address ? '' : `, from ${from.address} to ${to.address}`}`
  const step = makeStep({
    id: 'network.address',
    title: guarded ? title : `${title} (no automatic revert)`,
    action: { type: 'changeAddress', from, to, guarded, endpoint: movedEndpoint(look, to.address) },
    changes: paths,
    disrupts: sessions,
    pointOfNoReturn: guarded
      ? 'the change is confirmed at the new address; until then it reverts by itself'
      : 'the change is sent: there is no automatic revert, a mistake is undone at the serial console',
  })
  return { steps: [step], problems: [], refusals: guarded || allowed ? [] : [unguarded(look)] }
}

/** The new address with the old port. */
function movedEndpoint({ observation }: Look, address: string): string {
  const url = new URL(observation.endpoint)
  url.hostname = address
  return url.origin
}

const unguarded = ({ desired }: Look) =>
  problemOf(desired, {
    severity: 'error',
    code: 'UNGUARDED_NETWORK_CHANGE',
    field: 'network.address',
    summary: `The driver ${desired.access.driver} cannot guard the change of address of ${desired.key}: there is no automatic revert`,
    hint: 'A mistake cuts the sensor off until somebody stands before it. If that is acceptable: --allow-unguarded-network-change.',
  })

/** The step that ends a change which an earlier run left unconfirmed. */
export function finishAddressStep(look: Look): Step | undefined {
  const { networkChange } = look.observation.unfinished
  if (!networkChange) return undefined
  const { id, from, to, remainingSeconds } = networkChange
  const outcome = outcomeOf(look.desired, to)
  return makeStep({
    id: 'network.change',
    title:
      outcome === 'confirm'
        ? `confirm the address ${to.address}, left unconfirmed`
        : `let the unconfirmed address ${to.address} revert to ${from.address}`,
    action: { type: 'finishAddress', id, to, outcome },
    changes: ['network.change'],
    // It reverts by itself whatever is done: the step only waits for it, in no need of a window.
    ...(outcome === 'revert' && { expectedSeconds: Math.ceil(remainingSeconds) + 60 }),
  })
}
