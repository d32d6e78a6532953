import * as z from 'zod'
import {
  host,
  hostAddress,
  hostName,
  ipv4Number,
  isIpv4,
  isSubnetMask,
  port,
  refuse,
  secret,
  subnetMask,
  subnetOf,
} from '../rules.ts'

const documented = {
  'x-basis': 'documented',
  'x-source': 'Vendor how-to, "Update the sensor network configuration".',
} as const

const proxy = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .meta({ description: 'Whether the sensor reaches the cloud through a proxy.', ...documented }),
    host: host()
      .optional()
      .meta({ description: 'Host name or IPv4 address of the proxy.', ...documented }),
    port: port()
      .optional()
      .meta({ description: 'Port of the proxy.', ...documented, 'x-rule': '1 to 65535.', 'x-basis': 'project choice' }),
    username: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: 'User name at the proxy.', ...documented }),
    password: secret('Password at the proxy.')
      .optional()
      .meta({ ...documented, 'x-sent-on-to': 'host' }),
  })
  .meta({
    description: 'Web proxy between the sensor and the cloud. It must tunnel with HTTP CONNECT.',
    'x-label': 'proxy',
  })

export const network = z
  .strictObject({
    address: hostAddress()
      .optional()
      .meta({
        description:
          'Management address. Changing it moves the sensor; address, mask and gateway are written as one guarded change, last.',
        'x-label': 'address',
        ...documented,
        'x-rule':
          'IPv4; neither the network nor the broadcast address of its subnet; one sensor of a site has it (project choice). You may have to sign in again after a change.',
      }),
    subnetMask: subnetMask()
      .optional()
      .meta({
        description: 'Subnet mask of the management address.',
        'x-label': 'subnet mask',
        ...documented,
        'x-rule': 'Contiguous, with room for two hosts or more: 128.0.0.0 to 255.255.255.252 (project choice).',
      }),
    gateway: hostAddress()
      .optional()
      .meta({
        description: 'Default gateway.',
        'x-label': 'gateway',
        ...documented,
        'x-rule': 'Lies in the subnet of the management address, and is another address (project choice).',
      }),
    dns: z
      .array(hostAddress())
      .min(1)
      .max(8)
      .optional()
      .meta({
        description: 'DNS servers in order of preference.',
        'x-label': 'DNS servers',
        ...documented,
        'x-rule': '1 to 8 IPv4 addresses.',
      }),
    hostname: hostName()
      .optional()
      .meta({
        'x-label': 'host name',
        description: 'Host name of the sensor. It should equal the name in DNS and the CN of the certificate.',
        ...documented,
        'x-rule': 'A DNS host name (RFC 1123).',
        'x-basis': 'project choice',
      }),
    proxy: proxy.optional(),
  })
  .superRefine(checkSubnet)
  .superRefine(checkOwnGateway)
  .meta({
    description: 'Management network of the appliance.',
    'x-console': 'System settings > Basic > Sensor network settings',
  })

function checkSubnet(
  value: { address?: string | undefined; subnetMask?: string | undefined; gateway?: string | undefined },
  ctx: z.RefinementCtx,
): void {
  const { address, subnetMask, gateway } = value
  // Checks across keys run although a key was refused.
  if (!isIpv4(address) || !isIpv4(subnetMask) || !isSubnetMask(subnetMask)) return
  const { network, broadcast } = subnetOf(address, subnetMask)
  const refuseEnds = (path: string, text: string) => {
    if (ipv4Number(text) !== network && ipv4Number(text) !== broadcast) return
    const end = ipv4Number(text) === network ? 'network' : 'broadcast'
    refuse(ctx, {
      code: 'ADDRESS_NOT_A_HOST',
      path: [path],
      message: `${text} is the ${end} address of its subnet (mask ${subnetMask})`,
      hint: 'Use an address between the network and the broadcast address.',
    })
  }
  refuseEnds('address', address)
  if (!isIpv4(gateway)) return
  if (ipv4Number(gateway) < network || ipv4Number(gateway) > broadcast) {
    refuse(ctx, {
      code: 'GATEWAY_OUTSIDE_SUBNET',
      path: ['gateway'],
      message: `${gateway} does not lie in the subnet of ${address} (mask ${subnetMask})`,
      hint: 'The sensor would not reach its gateway. Correct the gateway, the address or the mask.',
    })
    return
  }
  refuseEnds('gateway', gateway)
}

function checkOwnGateway(
  { address, gateway }: { address?: string | undefined; gateway?: string | undefined },
  ctx: z.RefinementCtx,
): void {
  if (gateway === undefined || gateway !== address) return
  refuse(ctx, {
    code: 'VALUE_INVALID',
    path: ['gateway'],
    message: 'is the address of the sensor itself',
    hint: 'Give the address of the router of its subnet.',
  })
}
