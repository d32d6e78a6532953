/** Where results go: stdout in one format, and files in others. */
import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Report } from '../report/report.ts'
import { isReportFormat, renderers, type ReportFormat } from '../report/formats.ts'
import type { Command } from './command.ts'
import { laterFormats } from './common-flags.ts'
import { UsageError } from './usage-error.ts'

export interface Outputs {
  format: ReportFormat
  files: readonly { format: ReportFormat; file: string }[]
  /** Where to save the plan (`--out plan=FILE`). */
  planFile?: string
}

/** Reads `--format` and `--out`. Throws a UsageError before anything is done. */
export function outputsOf({ given, io, verb }: Command): Outputs {
  const format = given.text('format') ?? 'human'
  const outs = given.list('out').map((text) => splitOut(text, verb === 'plan'))
  const plans = outs.filter(({ format }) => format === 'plan')
  if (plans.length > 1) throw new UsageError('FLAG_REPEATED', '--out plan=FILE is given twice', 'Give it once.')
  return {
    format: isReportFormat(format) ? format : 'human',
    files: outs.flatMap(({ format, file }) =>
      isReportFormat(format) ? [{ format, file: resolve(io.cwd, file) }] : [],
    ),
    ...(plans[0] && { planFile: resolve(io.cwd, plans[0].file) }),
  }
}

function splitOut(text: string, plansToo: boolean): { format: string; file: string } {
  const [format = '', ...rest] = text.split('=')
  const file = rest.join('=')
  if ((isReportFormat(format) || (plansToo && format === 'plan')) && file !== '') return { format, file }
  if (laterFormats.includes(format)) {
    const known = Object.keys(renderers).join(', ')
    throw new UsageError('FLAG_VALUE', `--out ${format}=… is not part of this version, which knows ${known}`)
  }
  const formats = [...(plansToo ? ['plan'] : []), ...Object.keys(renderers)]
  throw new UsageError(
    'FLAG_VALUE',
    `--out ${JSON.stringify(text)} is not FORMAT=FILE`,
    `FORMAT is one of ${formats.join(', ')}, as in --out markdown=report.md.`,
  )
}

/** Prints the report and writes its files. `whole` is for those who read nothing but a file. */
export async function emit(
  command: Command,
  { format, files }: Outputs,
  report: Report,
  whole = report,
): Promise<void> {
  command.timings?.enter('report')
  const verbose = command.given.on('verbose')
  command.io.stdout.write(renderers[format](report, { colour: command.colour.stdout, verbose }))
  for (const { format, file } of files) {
    await writeWhole(file, renderers[format](whole, { colour: false, verbose }), 0o644)
  }
  command.timings?.enter('end')
}

/** Writes a file so that it is there whole or not at all, also after a power cut. Throws a UsageError. */
export async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.${randomUUID()}`
  try {
    if (await isStream(file)) return await writeFile(file, text)
    await writeFile(draft, text, { mode, flag: 'wx', flush: true })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    const { code = '' } = error as NodeJS.ErrnoException
    throw new UsageError(
      'FILE_UNWRITABLE',
      `${file} cannot be written (${code})`,
      'Name a file in a folder that is there and can be written.',
    )
  }
}

/** A pipe or a device, such as /dev/stdout, is written to: a file in its place would take it away from all others. */
async function isStream(file: string): Promise<boolean> {
  const stats = await stat(file).catch(() => undefined)
  return stats !== undefined && !stats.isFile() && !stats.isDirectory()
}
