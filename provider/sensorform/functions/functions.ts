/**
 * The functions of the provider. They are pure and need no configuration; their code is loaded at the first call.
 *
 * @module
 */
import { sensorDocumentAttributes } from '../../../schemas/terraform/generated.ts'
import { objectType } from '../../../schemas/terraform/schema.ts'
import type { Parameter, ProviderFunction } from '../../model/provider.ts'
import { activationFileTypes, problemsType, subnetType } from './types.ts'

const document: Parameter = {
  name: 'document',
  type: 'string',
  description: 'Text of one document of kind Sensor, as with `file("line-1.yaml")`.',
}
const address: Parameter = { name: 'address', type: 'string', description: 'IPv4 address.' }
const mask: Parameter = {
  name: 'subnet_mask',
  type: 'string',
  description: 'Subnet mask from 128.0.0.0 to 255.255.255.252.',
}

const problemsDescription =
  'Each problem has `severity` (`error` or `warning`), `code`, `summary` and `hint`, in the words of the CLI; `line` and `column` count from 1, `field` is the path of the setting. What does not apply is null.'

const sensorDocument = async () => import('./sensor-document.ts')
const subnet = async () => import('./subnet.ts')

export const functions: Readonly<Record<string, ProviderFunction>> = {
  parse_sensor: {
    summary: 'A Sensor document as an object',
    description:
      'Parses and checks one Sensor document, and answers with an object whose attributes can be assigned to those of `sensorform_sensor`; `key`, `site` and `labels` are those of its metadata. Secrets stay references, placeholders such as `${key}` are filled in. Everything wrong with it is told at once, with line and column. Nothing is read beside the text: a document that names files of certificates, or that lives on what its site and fleet declare, is for the data source `sensorform_fleet`.',
    parameters: [document],
    returns: objectType(sensorDocumentAttributes),
    call: async (text = null) => (await sensorDocument()).parseSensorDocument(text),
  },
  validate_sensor: {
    summary: 'What is wrong with a Sensor document',
    description: `Checks one Sensor document by itself and answers with its problems in the order of the text; with none, the list is empty. ${problemsDescription}`,
    parameters: [document],
    returns: problemsType,
    call: async (text = null) => (await sensorDocument()).validateSensorDocument(text),
  },
  subnet: {
    summary: 'The subnet of an address',
    description:
      'Network address, broadcast address, first and last host, number of hosts and length of the prefix of the subnet that an address lies in.',
    parameters: [address, mask],
    returns: subnetType,
    call: async (one = null, ones = null) => (await subnet()).describeSubnet(one, ones),
  },
  subnet_contains: {
    summary: 'Whether two addresses lie in one subnet',
    description: 'True when the other address lies in the subnet of the first one, its two ends included.',
    parameters: [address, mask, { name: 'other', type: 'string', description: 'IPv4 address to look for.' }],
    returns: 'bool',
    call: async (one = null, ones = null, other = null) => (await subnet()).subnetContains(one, ones, other),
  },
  validate_network: {
    summary: 'What is wrong with an address, its mask and its gateway',
    description: `Holds them to the rules of \`network\` of a sensor: the address is one that a host can have and no end of its subnet, the gateway lies in the subnet and is another host. ${problemsDescription}`,
    parameters: [
      address,
      mask,
      { name: 'gateway', type: 'string', description: 'Default gateway; null for none.', allowNull: true },
    ],
    returns: problemsType,
    call: async (one = null, ones = null, gateway = null) => (await subnet()).validateNetwork(one, ones, gateway),
  },
  activation_file_info: {
    summary: 'What an activation file says',
    description:
      'Reads an activation file: registered name, mode, site, when it was made, until when it must be uploaded (`upload_before`) and when the activation ends (`expires_at`, null where it does not). Only files of the format that the simulated cloud writes can be read, as the vendor publishes none. The signature is not checked: the sensor does that.',
    parameters: [
      {
        name: 'content_base64',
        type: 'string',
        description: 'The zip in base64, as with `filebase64("line-1.zip")`.',
      },
    ],
    returns: ['object', activationFileTypes],
    call: async (content = null) => (await import('./activation-file.ts')).activationFileInfo(content),
  },
}
