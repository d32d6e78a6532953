/** Whom to trust, case by case: what is served, what the policy says, what must come of it. */
import type { LoadedTrust } from '../../schemas/fleet.ts'
import type { TrustPolicy } from '../../transport/trust.ts'
import { makeCertificate, type Identity } from './pki.ts'

export const authority = makeCertificate({ cn: 'Plant CA', key: 'authority', ca: true })
export const issuer = { identity: authority, cn: 'Plant CA' }
export const past = { from: -100, to: -1 }
const future = { from: 1, to: 100 }
export const name = 'sensor.plant.example'

const selfSigned = makeCertificate({ cn: 'sensor' })
export const served = {
  selfSigned,
  selfSignedExpired: makeCertificate({ cn: 'sensor', ...past }),
  selfSignedFuture: makeCertificate({ cn: 'sensor', ...future }),
  otherKey: makeCertificate({ cn: 'sensor', key: 'two' }),
  commonName: makeCertificate({ cn: name, issuer }),
  altName: makeCertificate({ cn: 'whatever', san: [name], issuer }),
  wildcard: makeCertificate({ cn: 'whatever', san: ['*.plant.example'], issuer }),
  addressOnly: makeCertificate({ cn: 'whatever', ip: '127.20.140.3', issuer }),
  signedExpired: makeCertificate({ cn: name, issuer, ...past }),
  signedFuture: makeCertificate({ cn: name, issuer, ...future }),
  localhost: makeCertificate({ cn: 'localhost', issuer }),
  otherAuthority: makeCertificate({
    cn: name,
    issuer: { identity: makeCertificate({ cn: 'Plant CA', key: 'two', ca: true }), cn: 'Plant CA' },
  }),
  otherAuthorityExpired: makeCertificate({
    cn: name,
    issuer: { identity: makeCertificate({ cn: 'Plant CA', key: 'two', ca: true }), cn: 'Plant CA' },
    ...past,
  }),
} as const

export const ca: LoadedTrust = { caFile: 'ca.pem', certificates: authority.cert }
const pin: LoadedTrust = { pin: selfSigned.pin }
const pinFile = (...pins: string[]): LoadedTrust => ({ pinFile: 'pins.json', pins })
export const known = { knownPins: [selfSigned.pin] }
const exactly = (identity: Identity) => ({ anchors: [], trustedCertificates: [identity.sha256] })

export type TrustCase = [string, keyof typeof served, TrustPolicy, 'trusted' | 'expired' | RegExp]
export const trustCases: readonly TrustCase[] = [
  ['a pin', 'selfSigned', { anchors: [pin] }, 'trusted'],
  ['a pin whose certificate was renewed with the same key', 'commonName', { anchors: [pin] }, 'trusted'],
  ['a pin and another key', 'otherKey', { anchors: [pin] }, /expected public key sha256/],
  ['a pin and an expired certificate', 'selfSignedExpired', { anchors: [pin] }, 'expired'],
  ['a pin and a certificate of the future', 'selfSignedFuture', { anchors: [pin] }, /not valid before/],
  ['a pin file', 'selfSigned', { anchors: [pinFile('sha256/x', selfSigned.pin)] }, 'trusted'],
  ['a pin file with another key', 'otherKey', { anchors: [pinFile(selfSigned.pin)] }, /expected public key/],
  ['a pin file without an entry', 'selfSigned', { anchors: [pinFile()] }, /pins.json holds no public key/],
  ['an authority, name in the CN', 'commonName', { anchors: [ca], serverName: name }, 'trusted'],
  ['an authority, name as an alternative name', 'altName', { anchors: [ca], serverName: name }, 'trusted'],
  ['an authority, wildcard', 'wildcard', { anchors: [ca], serverName: name }, 'trusted'],
  ['an authority, another name', 'commonName', { anchors: [ca], serverName: 'other.example' }, /not for the name/],
  [
    'an authority, alternative names that leave out the CN',
    'altName',
    { anchors: [ca], serverName: 'whatever' },
    /not for the name/,
  ],
  ['an authority and no name at an IP endpoint', 'commonName', { anchors: [ca] }, /no host name to check/],
  ['an authority and the address as a name', 'addressOnly', { anchors: [ca] }, /no host name to check/],
  ['an authority, expired, key unknown', 'signedExpired', { anchors: [ca], serverName: name }, /expired on/],
  ['an authority, expired, key known', 'signedExpired', { anchors: [ca], serverName: name, ...known }, 'expired'],
  [
    'an authority, expired and another name, key known',
    'signedExpired',
    { anchors: [ca], serverName: 'other.example', ...known },
    /not for the name/,
  ],
  [
    'an authority, of the future, key known',
    'signedFuture',
    { anchors: [ca], serverName: name, ...known },
    /not valid before/,
  ],
  [
    'another authority of the same name',
    'otherAuthority',
    { anchors: [ca], serverName: name, ...known },
    /no trusted authority/,
  ],
  [
    'another authority of the same name, expired, key known',
    'otherAuthorityExpired',
    { anchors: [ca], serverName: name, ...known },
    /no trusted authority/,
  ],
  [
    'an authority and a self-signed certificate',
    'selfSigned',
    { anchors: [ca], serverName: name },
    /no trusted authority/,
  ],
  [
    'the system and a self-signed certificate',
    'selfSigned',
    { anchors: [{ system: true }], serverName: name },
    /no trusted authority/,
  ],
  ['exactly the declared certificate', 'selfSigned', exactly(selfSigned), 'trusted'],
  ['exactly a certificate, and another of its key', 'commonName', exactly(selfSigned), /nothing that is trusted/],
  ['exactly a certificate that expired', 'selfSignedExpired', exactly(served.selfSignedExpired), 'expired'],
  ['a known key alone', 'selfSigned', { anchors: [], ...known }, /nothing that is trusted/],
  ['nothing', 'selfSigned', { anchors: [] }, /nothing that is trusted/],
  ['any of several anchors', 'selfSigned', { anchors: [ca, pinFile(), pin] }, 'trusted'],
]
