/**
 * Runs every nth schedule of a seed, some at once, and prints a line of JSON for each. Arguments: seed, runs, which of how
 * many workers, and the first three numbers of its addresses without the last of them.
 */
import { drawSchedule, possibilities, type Schedule } from './draw.ts'
import { record, runSchedule, type Reference } from './schedule.ts'
import { works, type Work } from './works.ts'

const [seed = 1, from = 0, runs = 1, worker = 0, workers = 1] = process.argv.slice(2).map(Number)
const lanes = 2
const networkOf = (lane: number): string => `127.20.${210 + worker * lanes + lane}`

const references = new Map<Work, Reference>()
for (const work of works) references.set(work, await record(networkOf(0), work))
const reference = async (work: Work): Promise<Reference> => references.get(work) ?? record(networkOf(0), work)
const all = possibilities((work) => references.get(work)?.calls ?? [])

const numbers = Array.from({ length: runs }, (_, index) => from + index).filter((index) => index % workers === worker)
await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)))

async function work(lane: number): Promise<void> {
  for (let next = numbers.shift(); next !== undefined; next = numbers.shift()) {
    const schedule = drawSchedule(seed, next, all)
    const startedMs = performance.now()
    const ran = await runSchedule(networkOf(lane), schedule, reference).catch((error: unknown) =>
      failed(schedule, error),
    )
    process.stdout.write(
      `${JSON.stringify({ ...ran, schedule, alone: all.length, ms: performance.now() - startedMs })}\n`,
    )
  }
}

const failed = ({ number }: Schedule, error: unknown) => ({
  number,
  code: -1,
  struck: [],
  wrong: [String(error instanceof Error ? error.stack : error)],
})
