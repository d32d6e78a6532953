/** What to do about each documented message with which an import is refused. */

const remedies: Readonly<Record<string, string>> = {
  passphrase: 'Give the passphrase that the private key was encrypted with (certificate.passphrase).',
  chain:
    'Declare as certificate.chain the certificates that issued it, the direct issuer first, down to the root of your authority.',
  expired: 'Declare a renewed certificate, and see that the clock of the appliance is right.',
  revoked: 'Its authority has revoked the certificate: have another one issued, for a new key.',
  crlUnreachable:
    'Let the appliance reach the revocation list that the certificate names (plain http, usually port 80), or have the certificate issued without one.',
  failed:
    'See that its CN is the host name of the appliance, that key and certificate belong together, and that it is RSA of 2048 bits or more with SHA-256 and valid now.',
}

/** Nothing for a reason that is not documented. */
export const certificateRemedy = (reason: unknown): string | undefined =>
  typeof reason === 'string' && Object.hasOwn(remedies, reason)
    ? `${remedies[reason]} The certificate that was served before stays.`
    : undefined
