/**
 * Loaded before a program that is measured (`node --import`): at its end, writes what it used to the file that
 * `BENCH_USAGE` names, as `{ cpuMs, peakMb }`.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const file = process.env['BENCH_USAGE']
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  if (file !== undefined) {
    writeFileSync(
      file,
      JSON.stringify({ cpuMs: Math.round((userCPUTime + systemCPUTime) / 1000), peakMb: Math.round(maxRSS / 1024) }),
    )
  }
})
