import type { TerraformSchema } from '../../../schemas/terraform/schema.ts'

export const activationFileSchema: TerraformSchema = {
  version: 0,
  description: [
    'The activation file of a registered sensor, downloaded through a registrar and stored nowhere: neither in state nor in a plan.',
    'It is downloaded once in a plan and once in an apply, each time a new file; the sensor takes any of them within 14 days.',
  ].join(' '),
  attributes: {
    registrar: { type: 'string', required: true, description: 'Name of a registrar of the provider block.' },
    name: { type: 'string', required: true, description: 'Registered name of the sensor.' },
    site: {
      type: 'string',
      optional: true,
      computed: true,
      description:
        'Site of the registration, which tells sensors of one name apart. Left out: what the registration says.',
    },
    mode: {
      type: 'string',
      optional: true,
      computed: true,
      description:
        '`cloud` or `local`. Left out: what the registration says; `local` where the registrar is a folder of activation files.',
    },
    content_base64: { type: 'string', computed: true, sensitive: true, description: 'The file, a zip, in base64.' },
    created_at: {
      type: 'string',
      computed: true,
      description: 'When the file was made; null for a file of another format.',
    },
    upload_before: {
      type: 'string',
      computed: true,
      description: 'Until when it must be uploaded, 14 days after it was made.',
    },
    expires_at: {
      type: 'string',
      computed: true,
      description: 'When the activation ends; null for sensors that are connected to the cloud, where it does not.',
    },
  },
}
