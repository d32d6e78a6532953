/** Lines on stderr in the form that Terraform's log takes apart; it drops any other to DEBUG. */
import type { Env } from './handshake.ts'
import type { Log, LogLevel } from './model/call.ts'

const levels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error']

/** Writes what `TF_LOG` (or the narrower `TF_LOG_PROVIDER`) lets through. */
export function createLog(env: Env, write: (line: string) => void, now: () => number = Date.now): Log {
  const least = leastLevel(env)
  return (level, message, facts = {}) => {
    if (levels.indexOf(level) < least) return
    const record = { '@level': level, '@message': message, '@module': 'sensorform', '@timestamp': stamp(now()) }
    write(`${JSON.stringify({ ...facts, ...record })}\n`)
  }
}

/** Index of the lowest level that somebody sees; beyond all of them where nobody looks. */
function leastLevel(env: Env): number {
  const asked = (env['TF_LOG_PROVIDER_SENSORFORM'] ?? env['TF_LOG_PROVIDER'] ?? env['TF_LOG'] ?? '').toLowerCase()
  if (asked === 'json') return 0
  const index = levels.findIndex((level) => level === asked)
  return index === -1 ? levels.length : index
}

/** Exactly six digits after the second, or the whole line is taken for plain text. */
const stamp = (at: number): string => new Date(at).toISOString().replace('Z', '000Z')
