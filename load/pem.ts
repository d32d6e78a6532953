import { readCertificate } from '../formats/certificate-facts.ts'
import type { LoadedFile } from '../schemas/fleet.ts'

/** The text of a file. Terraform's text is Unicode, so that a certificate in DER is told in PEM. */
export const pemOf = ({ content, encoding }: LoadedFile): string =>
  encoding === 'base64' ? readCertificate(Buffer.from(content, 'base64')).toString() : content
