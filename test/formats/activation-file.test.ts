import { generateKeyPairSync } from 'node:crypto'
import { zipSync } from 'fflate'
import { describe, expect, it, test } from 'vitest'
import {
  maxActivationFileBytes,
  packActivationFile,
  readActivationFile,
  verifyActivationFile,
  type ActivationFile,
} from '../../formats/activation-file.ts'

const cloudKey = generateKeyPairSync('ed25519')
const otherKey = generateKeyPairSync('ed25519')

const file: ActivationFile = {
  id: 'f-1',
  name: 'berlin-line-1',
  mode: 'cloud',
  subscriptionId: 'sub-1',
  site: 'berlin-plant',
  recordId: 'r-1',
  createdAt: '2026-01-02T03:04:05.000Z',
  expiresAt: null,
}
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)
const signature = new Uint8Array(64)

describe('a packed file', () => {
  it('is read as it was packed, and its signature is the cloud’s', () => {
    const read = readActivationFile(packActivationFile(file, cloudKey.privateKey))
    if ('problem' in read) throw new Error(read.problem)
    expect(read.file).toEqual(file)
    expect(verifyActivationFile(read, cloudKey.publicKey)).toBe(true)
    expect(verifyActivationFile(read, otherKey.publicKey)).toBe(false)
    expect(verifyActivationFile(read, generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)).toBe(false)
  })

  it('is not verified once a byte of it has changed or its signature is cut', () => {
    const read = readActivationFile(packActivationFile(file, cloudKey.privateKey))
    if ('problem' in read) throw new Error(read.problem)
    const payload = Uint8Array.from(read.payload)
    payload[20] = (payload[20] ?? 0) ^ 1
    expect(verifyActivationFile({ ...read, payload }, cloudKey.publicKey)).toBe(false)
    expect(verifyActivationFile({ ...read, signature: signature.subarray(1) }, cloudKey.publicKey)).toBe(false)
    expect(verifyActivationFile({ ...read, signature }, cloudKey.publicKey)).toBe(false)
  })

  it('is the same bytes for the same file and key', () => {
    expect(packActivationFile(file, cloudKey.privateKey)).toEqual(packActivationFile(file, cloudKey.privateKey))
  })
})

const payload = bytes(JSON.stringify(file))
const withPayload = (value: unknown): Uint8Array =>
  zipSync({ 'activation.json': bytes(JSON.stringify(value)), 'activation.sig': signature })
/** Renames an entry of a zip to a name of equal length, as a careless tool never would. */
const renamed = (zip: Uint8Array, from: string | RegExp, to: string): Uint8Array =>
  Uint8Array.from(Buffer.from(Buffer.from(zip).toString('latin1').replaceAll(from, to), 'latin1'))

/** The directory of the zip gives the size of each entry as ten bytes. */
function lying(zip: Uint8Array): Uint8Array {
  const changed = Buffer.from(zip)
  for (let at = changed.indexOf('PK\u0001\u0002'); at >= 0; at = changed.indexOf('PK\u0001\u0002', at + 1)) {
    changed.writeUInt32LE(10, at + 24)
  }
  return Uint8Array.from(changed)
}

test.each<{ name: string; zip: Uint8Array; problem: string }>([
  { name: 'nothing', zip: new Uint8Array(0), problem: 'is not a readable zip file' },
  { name: 'no zip', zip: bytes('<html>sign in</html>'), problem: 'is not a readable zip file' },
  {
    name: 'a zip that was cut',
    zip: packActivationFile(file, cloudKey.privateKey).subarray(0, 60),
    problem: 'is not a readable zip file',
  },
  { name: 'a huge file', zip: new Uint8Array(maxActivationFileBytes + 1), problem: 'is larger than 1 MiB' },
  {
    name: 'a zip bomb',
    zip: zipSync({ 'activation.json': new Uint8Array(maxActivationFileBytes), 'activation.sig': signature }),
    problem: 'unpacks to more than 1 MiB',
  },
  {
    name: 'a zip bomb whose directory says that it is small',
    zip: lying(zipSync({ 'activation.json': new Uint8Array(60_000_000), 'activation.sig': signature })),
    problem: 'has a malformed activation.json',
  },
  {
    name: 'ten thousand entries',
    zip: zipSync(
      Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`${index}`, signature.subarray(0, 1)])),
    ),
    problem: 'holds an entry that no activation file has',
  },
  {
    name: 'a thousand entries of one name',
    zip: renamed(
      zipSync(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`activation.${1000 + index}`, payload]))),
      /activation\.\d{4}/g,
      'activation.json',
    ),
    problem: 'holds activation.json twice',
  },
  {
    name: 'a symbolic link',
    zip: zipSync({
      'activation.json': [bytes('../../etc/passwd'), { os: 3, attrs: 0o120777 << 16 }],
      'activation.sig': signature,
    }),
    problem: 'has a malformed activation.json',
  },
  {
    name: 'an entry too many',
    zip: zipSync({ 'activation.json': payload, 'activation.sig': signature, 'run.sh': payload }),
    problem: 'holds an entry that no activation file has',
  },
  {
    name: 'a climbing path',
    zip: zipSync({ '../activation.json': payload }),
    problem: 'holds an entry whose path leaves the folder',
  },
  {
    name: 'an absolute path',
    zip: zipSync({ '/etc/activation.json': payload }),
    problem: 'holds an entry whose path leaves the folder',
  },
  {
    name: 'one name twice',
    zip: renamed(
      zipSync({ 'activation.json': payload, 'activation.jsoN': payload }),
      'activation.jsoN',
      'activation.json',
    ),
    problem: 'holds activation.json twice',
  },
  { name: 'no signature', zip: zipSync({ 'activation.json': payload }), problem: 'holds no activation.sig' },
  { name: 'no payload', zip: zipSync({ 'activation.sig': signature }), problem: 'holds no activation.json' },
  {
    name: 'a payload that is no JSON',
    zip: zipSync({ 'activation.json': bytes('{'), 'activation.sig': signature }),
    problem: 'has a malformed activation.json',
  },
  {
    name: 'a payload that is no UTF-8',
    zip: zipSync({ 'activation.json': Uint8Array.of(0xff), 'activation.sig': signature }),
    problem: 'has a malformed activation.json',
  },
  { name: 'no name', zip: withPayload({ ...file, name: '' }), problem: 'has a malformed activation.json' },
  { name: 'a wrong mode', zip: withPayload({ ...file, mode: 'both' }), problem: 'has a malformed activation.json' },
  {
    name: 'a wrong time',
    zip: withPayload({ ...file, createdAt: 'today' }),
    problem: 'has a malformed activation.json',
  },
])('$name is refused with a reason', ({ zip, problem }) => expect(readActivationFile(zip)).toEqual({ problem }))
