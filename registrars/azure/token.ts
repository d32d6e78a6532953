/** The bearer token: from the declared reference, or from @azure/identity as the environment says. */
import type { SecretReference } from '../../schemas/rules.ts'
import { DeviceError } from '../../reconcile/device-error.ts'
import { sanitise } from '../../transport/sanitise.ts'

export interface Tokens {
  /** The token; read when first needed and kept for the run. */
  read(): Promise<string>
  /** After a token was refused: another one, if there is one by now (a file that is renewed outside). */
  renew(refused: string): Promise<string | undefined>
}

/** An attempt to read that failed is made again. */
export function createTokens(
  registrar: string,
  { endpoint, token }: { endpoint: string; token?: SecretReference | undefined },
  readSecret: (reference: SecretReference) => Promise<string>,
): Tokens {
  if (token === undefined) return createIdentityTokens(registrar, endpoint)
  let kept: Promise<string> | undefined
  const readAnew = () =>
    readSecret(token)
      .then((text) => checkToken(registrar, text))
      .catch((error: unknown) => {
        kept = undefined
        throw error
      })
  return {
    read: () => (kept ??= readAnew()),
    async renew(refused) {
      if (kept && (await kept) === refused) kept = readAnew()
      const renewed = await (kept ?? readAnew())
      return renewed === refused ? undefined : renewed
    },
  }
}

/** Loaded only when no token is declared: most users need not install it. It keeps and renews tokens itself. */
const identityModule = '@azure/identity'

interface Credential {
  getToken(scope: string): Promise<{ token: string } | null>
}

function createIdentityTokens(registrar: string, endpoint: string): Tokens {
  let credential: Promise<Credential> | undefined
  const load = () => {
    credential ??= loadCredential(registrar).catch((error: unknown) => {
      credential = undefined
      throw error
    })
    return credential
  }
  return {
    read: async () => {
      const scope = `${new URL(endpoint).origin}/.default`
      const token = await (await load()).getToken(scope).catch((cause: Error) => {
        throw noToken(registrar, cause)
      })
      return checkToken(registrar, token?.token ?? '')
    },
    renew: () => Promise.resolve(undefined),
  }
}

const noToken = (registrar: string, cause: Error): DeviceError =>
  denied(
    registrar,
    `@azure/identity gives no token: ${sanitise(cause.message)}`,
    'Sign in, for example with `az login`, or declare a token.',
  )

async function loadCredential(registrar: string): Promise<Credential> {
  try {
    const { DefaultAzureCredential } = (await import(identityModule)) as {
      DefaultAzureCredential: new () => Credential
    }
    return new DefaultAzureCredential()
  } catch {
    throw denied(
      registrar,
      'no token is declared, and @azure/identity, which would sign in as the environment says, cannot be loaded',
      'Run `npm install @azure/identity`, or give `azure.token`, such as { fromEnv: AZURE_TOKEN }.',
    )
  }
}

/** Files end with a line break more often than not. Anything else that no header can carry is refused unshown. */
function checkToken(registrar: string, text: string): string {
  const token = text.trim()
  if (/^[\x21-\x7e]{1,65536}$/.test(token)) return token
  throw denied(
    registrar,
    token === '' ? 'the token is empty' : 'the token holds characters that no token has',
    'Fetch one with `az account get-access-token --query accessToken --output tsv`.',
  )
}

const denied = (registrar: string, why: string, advice: string): DeviceError =>
  new DeviceError('REGISTRAR_DENIED', `registrar ${registrar}: ${why}`, { advice })
