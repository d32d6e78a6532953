/** `subnet`, `subnet_contains` and `validate_network`: the spec's own rules of a management network. */
import type * as z from 'zod'
import { network } from '../../../schemas/aspects/network.ts'
import { ipv4, ipv4Number, ipv4Text, subnetMask, subnetOf } from '../../../schemas/rules.ts'
import { toFindings } from '../../../load/finding.ts'
import { documentProblem } from '../../../load/problem.ts'
import { formatPath } from '../../../schemas/fields.ts'
import { ArgumentError } from '../../model/provider.ts'
import { textOf, type Value } from '../../model/value.ts'
import { problemsValue } from './problems.ts'

/** The text of an argument. Throws an ArgumentError for one that a rule of the spec refuses. */
function checked(rule: z.ZodType<string>, value: Value, argument: number): string {
  const { data, error } = rule.safeParse(value)
  if (error) throw new ArgumentError(`${textOf(value) ?? ''} ${error.issues[0]?.message ?? 'is not valid'}`, argument)
  return data
}

/** The subnet of an address. */
export function describeSubnet(address: Value, mask: Value): Value {
  const [host, ones] = [checked(ipv4(), address, 0), checked(subnetMask(), mask, 1)]
  const { network: first, broadcast } = subnetOf(host, ones)
  return {
    network: ipv4Text(first),
    broadcast: ipv4Text(broadcast),
    first_host: ipv4Text(first + 1),
    last_host: ipv4Text(broadcast - 1),
    hosts: broadcast - first - 1,
    prefix_length: 32 - Math.log2(broadcast - first + 1),
  }
}

/** Whether another address lies in the subnet of an address, its two ends included. */
export function subnetContains(address: Value, mask: Value, other: Value): Value {
  const { network: first, broadcast } = subnetOf(checked(ipv4(), address, 0), checked(subnetMask(), mask, 1))
  const number = ipv4Number(checked(ipv4(), other, 2))
  return number >= first && number <= broadcast
}

/** What the spec says of an address, its mask and its gateway, which may be null. */
export function validateNetwork(address: Value, mask: Value, gateway: Value): Value {
  const given = { address, subnetMask: mask, gateway }
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
  const { error } = network.safeParse(said)
  const findings = error ? toFindings(network, said, error.issues) : []
  return problemsValue(
    findings.map(({ code, path, summary, hint }) =>
      documentProblem(code, {
        field: formatPath(['network', ...path.map(String)]),
        summary,
        ...(hint !== undefined && { hint }),
      }),
    ),
  )
}
