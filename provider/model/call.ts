/** What every call is handed beside its request. */
export interface Call<Client> {
  /** What `configure` made. */
  client: Client
  /** Aborted when Terraform wants the work to end. Return the state that was reached, with an error. */
  signal: AbortSignal
  log: Log
}

/** What a validation is handed: it runs before any configuration. */
export type OfflineCall = Omit<Call<never>, 'client'>

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error'

/** Writes a line to Terraform's log, where `TF_LOG` asks for it. Never give it a secret. */
export type Log = (
  level: LogLevel,
  message: string,
  facts?: Readonly<Record<string, string | number | boolean>>,
) => void

/** A value now or later. */
export type Awaitable<T> = T | Promise<T>
