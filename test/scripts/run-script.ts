/**
 * Runs the text scripts of this folder: commands with their exact output and exit code, and the files that they are
 * given. `UPDATE=1 npx vitest run test/scripts` rewrites what is expected.
 *
 *     // what the script shows
 *     $ sensorform validate fleet        # exit 1
 *     what is printed; a line on stderr begins with "2> "
 *     -- fleet/line-1.yaml --
 *     the file
 *
 * Beside `sensorform` a script may use:
 *
 *     $ start sensorform simulate fleet  runs in the background until `stop` or the end; waits for "Ready."
 *     $ stop                             presses Ctrl-C on it and prints what it said since
 *     $ set NAME=VALUE                   sets an environment variable from here on
 *     $ save FILE sensorform …           writes what it prints to a file
 *     $ replace FILE OLD NEW             replaces text in a file, which must hold it
 *     $ cat FILE, $ mode FILE, $ remove FILE, $ copy FROM TO
 *     $ accept sensorform …              runs it again with --accept and the pin that it showed
 *     $ later SECONDS                    lets time pass, for the command and for the simulator
 *     $ control METHOD PATH BODY         asks the simulator's control endpoint
 *
 * What differs from run to run is written as [time], [clock], [pin], [digest], [run], [port], [root].
 *
 * @module
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '../../transport/system-clock.ts'
import type { Io } from '../../cli/io.ts'
import { runCli } from '../../cli/run-cli.ts'
import { checkResult } from '../report/check-result.ts'

export interface Script {
  /** Everything before the first file, line by line. */
  lines: readonly string[]
  files: ReadonlyMap<string, string>
}

/** Splits a script into its commands and its files. */
export function parseScript(text: string): Script {
  const [commands = '', ...rest] = text.split(/^-- (.+) --\n/m)
  const files = new Map<string, string>()
  for (let index = 0; index < rest.length; index += 2) files.set(rest[index] ?? '', rest[index + 1] ?? '')
  return { lines: commands.replace(/\n+$/, '').split('\n'), files }
}

/** Runs a script in a folder of its own and gives it back with what was really printed. */
export async function runScript(text: string): Promise<string> {
  const { lines, files } = parseScript(text)
  const root = await realpath(await mkdtemp(join(tmpdir(), 'sensorform-script-')))
  const session = new Session(root)
  try {
    for (const [path, content] of files) await writeInto(root, path, content)
    const out: string[] = []
    for (const line of lines) {
      if (line.startsWith('$ ')) out.push(...(await session.run(line)))
      else if (line.startsWith('// ')) out.push('', line)
    }
    const body = out.join('\n').replace(/^\n+/, '').replaceAll(/\n{3,}/g, '\n\n').replace(/\n+$/, '')
    return `${body}\n${[...files].map(([path, content]) => `-- ${path} --\n${content}`).join('')}`
  } finally {
    await session.end()
    await session.checkSecrets()
    await rm(root, { recursive: true, force: true })
  }
}

async function writeInto(root: string, path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), content)
}

/** What one run of the CLI said, in the order in which it said it. */
class Transcript {
  text = ''
  stdout = ''
  readonly interrupts = new Set<() => void>()
  readonly io: Io

  constructor(root: string, env: Readonly<Record<string, string>>, later: { ms: number }) {
    this.io = {
      stdout: {
        write: (text) => {
          this.stdout += text
          this.add(text, '')
        },
      },
      stderr: { write: (text) => this.add(text, '2> ') },
      stdin: (async function* () {})(),
      env: { ...env },
      cwd: root,
      clock: {
        now: () => systemClock.now() + later.ms,
        monotonic: () => systemClock.monotonic() + later.ms,
        sleep: async (ms, signal) => systemClock.sleep(ms, signal),
      },
      terminal: { stdin: false, stdout: false, stderr: false },
      onInterrupt: (handler) => {
        this.interrupts.add(handler)
        return () => void this.interrupts.delete(handler)
      },
    }
  }

  add(text: string, mark: string): void {
    for (const line of text.replace(/\n$/, '').split('\n')) this.text += `${mark}${line}\n`
  }

  take(): string {
    const { text } = this
    this.text = ''
    return text
  }
}

class Session {
  readonly #root: string
  readonly #env: Record<string, string> = {}
  readonly #passed = { ms: 0 }
  #printed = ''
  #background: { transcript: Transcript; ended: Promise<number>; control: string | undefined } | undefined

  constructor(root: string) {
    this.#root = root
  }

  /** Runs one line and gives it back with its output. */
  async run(line: string): Promise<string[]> {
    const command = line.slice(2).replace(/\s+# exit \d+$/, '')
    const { output, code } = await this.#execute(wordsOf(command))
    const head = code === 0 ? `$ ${command}` : `$ ${command}  # exit ${code}`
    this.#printed += output
    const body = steady(output, this.#root).replace(/\n$/, '')
    return ['', head, ...(body === '' ? [] : body.split('\n'))]
  }

  async end(): Promise<void> {
    await this.#stop()
  }

  /** No value of a secret stands in anything that was printed or written. */
  async checkSecrets(): Promise<void> {
    const secrets = Object.values(this.#env).filter((value) => value.startsWith('canary-'))
    const entries = await readdir(this.#root, { recursive: true, withFileTypes: true })
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      // The disks of simulated appliances: they check the password, so they know it.
      .filter((file) => !file.startsWith(join(this.#root, 'appliances')))
    const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const))
    for (const [where, text] of [['the output', this.#printed] as const, ...texts]) {
      for (const secret of secrets) if (text.includes(secret)) throw new Error(`${where} holds the secret ${secret}`)
    }
  }

  async #execute([word = '', ...rest]: readonly string[]): Promise<{ output: string; code: number }> {
    if (word === 'sensorform') return this.#cli(rest)
    const file = (): string => join(this.#root, rest[0] ?? '')
    const builtIns: Record<string, () => Promise<string>> = {
      start: () => this.#start(rest.slice(1)),
      stop: () => this.#stop(),
      set: async () => this.#set(rest[0] ?? ''),
      copy: async () => writeInto(this.#root, rest[1] ?? '', await readFile(file(), 'utf8')).then(() => ''),
      save: () => this.#save(rest),
      cat: () => readFile(file(), 'utf8'),
      mode: async () => `${((await stat(file())).mode & 0o777).toString(8)}\n`,
      chmod: async () => chmod(join(this.#root, rest[1] ?? ''), Number.parseInt(rest[0] ?? '', 8)).then(() => ''),
      remove: async () => rm(file(), { recursive: true }).then(() => ''),
      replace: () => replaceIn(file(), rest[1] ?? '', rest[2] ?? ''),
      control: () => this.#control(rest),
      later: () => this.#later(Number(rest[0])),
    }
    if (word === 'accept') return this.#accept(rest.slice(1))
    const run = builtIns[word]
    if (!run) throw new Error(`a script cannot run ${word}`)
    return { output: await run(), code: 0 }
  }

  async #cli(words: readonly string[]): Promise<{ output: string; code: number }> {
    const transcript = new Transcript(this.#root, this.#env, this.#passed)
    const code = await runCli(words, transcript.io)
    if (words.join(' ').includes('--format json') && transcript.stdout !== '') checkResult(transcript.stdout)
    return { output: transcript.text, code }
  }

  /** Runs it a second time with the pin that the first one showed. */
  async #accept(words: readonly string[]): Promise<{ output: string; code: number }> {
    const { output } = await this.#cli(words)
    const [pin = ''] = /sha256\/[A-Za-z0-9+/]{43}=/.exec(output) ?? []
    return this.#cli([...words, '--accept', pin])
  }

  async #save([file = '', , ...words]: readonly string[]): Promise<string> {
    const transcript = new Transcript(this.#root, this.#env, this.#passed)
    await runCli(words, transcript.io)
    await writeInto(this.#root, file, transcript.stdout)
    return ''
  }

  /** Time passes, here and in the simulator. */
  async #later(seconds: number): Promise<string> {
    this.#passed.ms += seconds * 1000
    return this.#control(['POST', '/clock', JSON.stringify({ advanceSeconds: seconds })])
  }

  #set(assignment: string): string {
    const at = assignment.indexOf('=')
    this.#env[assignment.slice(0, at)] = assignment.slice(at + 1)
    return ''
  }

  async #start(words: readonly string[]): Promise<string> {
    const transcript = new Transcript(this.#root, this.#env, this.#passed)
    const ended = runCli(words, transcript.io)
    const over = new AbortController()
    void ended.then(() => over.abort())
    while (!/Ready\.|PIN$/m.test(transcript.text) && !over.signal.aborted) await new Promise((wake) => setTimeout(wake, 10))
    const output = transcript.take()
    this.#background = { transcript, ended, control: /Control: (\S+)/.exec(output)?.[1] }
    return output
  }

  async #stop(): Promise<string> {
    if (!this.#background) return ''
    const { transcript, ended } = this.#background
    this.#background = undefined
    for (const interrupt of transcript.interrupts) interrupt()
    await ended
    return transcript.take()
  }

  async #control([method = 'GET', path = '/', body]: readonly string[]): Promise<string> {
    const answer = await fetch(`${this.#background?.control ?? ''}${path}`, {
      method,
      ...(body !== undefined && { body, headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.text()
    return answer.ok ? '' : `${answer.status} ${text}\n`
  }
}

async function replaceIn(file: string, before: string, after: string): Promise<string> {
  const text = await readFile(file, 'utf8')
  if (!text.includes(before)) throw new Error(`${file} does not hold ${before}`)
  await writeFile(file, text.replace(before, after))
  return ''
}

/** Words as a shell splits them, with single and double quotes. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, single: string | undefined, double: string | undefined) => single ?? double ?? ''),
  )

/** Replaces what differs from run to run. */
export const steady = (text: string, root: string): string =>
  text
    .replaceAll(root, '[root]')
    .replaceAll(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})/g, '[time]')
    .replaceAll(/\b(\d{2}\/\d{2}\/\d{4}|\d{4}\/\d{2}\/\d{2}) \d{2}:\d{2}:\d{2}/g, '[clock]')
    .replaceAll(/sha256\/[A-Za-z0-9+/]{43}=/g, '[pin]')
    .replaceAll(/\b[0-9a-f]{64}\b|(?<=digest )[0-9a-f]{16}|(?<=sha256 )[0-9a-f]{16}/g, '[digest]')
    .replaceAll(/\b\d{8}T\d{6}Z-[0-9a-f]{6}\b/g, '[run]')
    .replaceAll(/(?<=\.damaged-)\d{8}T\d{6}Z/g, '[time]')
    .replaceAll(/(?<=Control: http:\/\/[^:\s]+:)\d+/g, '[port]')
    .replaceAll(/\d{4}-\d{2}-\d{2}_\d{2}:\d{2}:\d{2}/g, '[backup time]')
    .replaceAll(/\b[\d.]+ [kMGT]B\b|(?<="sizeBytes": )\d+/g, '[bytes]')
