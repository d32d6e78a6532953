/**
 * The state folder lies on a disk that is full, or becomes full in the middle of an apply, may only be read, or holds
 * what it should not. One sentence says so; nothing is begun that cannot be written down beforehand; what was done is
 * told; and once the disk is well again, a plain apply finishes. Addresses: 127.20.186.0/24.
 *
 * The disk is a file system in memory, mounted for the command alone: that takes root, or a kernel that gives users
 * namespaces of their own. Elsewhere the suite is skipped, and says so.
 */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { startTrial, trialEnv, type Trial } from '../cli/fleet.ts'
import { stateVersion } from '../../state/database.ts'
import { root } from '../house/sources.ts'
import { endOf } from '../support/killed-command.ts'

let trial: Trial | undefined

afterEach(async () => {
  await trial?.end()
  trial = undefined
})

const unshare = ['--map-root-user', '--mount', '--propagation', 'private']
const canMount = spawnSync('unshare', [...unshare, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
if (!canMount) process.stderr.write('SKIPPED: this machine lets nobody mount a disk, so no state folder runs full.\n')

const diskKilobytes = 600
const sensors = 3
const spec = '  mailServer: { host: mail.plant.example, port: 25, sender: crew@plant.example }\n'

interface Ended {
  code: number
  said: string
}

/** Runs a script in a folder whose `.sensorform` is a small disk of its own. Gives what each command of it came to. */
async function onSmallDisk(script: string): Promise<Ended[]> {
  trial = await startTrial({
    network: '127.20.186',
    sensors,
    tuning: { jobMs: 20, requestsPerSecond: 10_000 },
    spec: () => spec,
  })
  const child = spawn('unshare', [...unshare, 'sh', '-c', prelude + script], {
    cwd: trial.folder,
    env: {
      PATH: process.env['PATH'],
      NO_COLOR: '1',
      NODE: process.execPath,
      MAIN: join(root, 'cli/main.ts'),
      ...trialEnv,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { stdout, stderr } = await endOf(child)
  expect(stderr).toBe('')
  return [...stdout.matchAll(/(.*?)\[(\d+)\]==\n/gs)].map(([, said = '', code]) => ({ code: Number(code), said }))
}

const prelude = `mkdir .sensorform; mount -t tmpfs -o size=${diskKilobytes}k,mode=700 none .sensorform
  fill() { head -c "$1"k /dev/zero 2>/dev/null >.sensorform/fill; true; } 2>/dev/null
  sensorform() { "$NODE" "$MAIN" "$@" 2>&1; echo "[$?]=="; }
  apply() { sensorform apply fleet.yaml --quiet --auto-approve "$@"; }
  plan() { sensorform plan fleet.yaml --detailed-exitcode; }
`

/** Steps that the sensors were made to carry out. */
const stepsDone = (): number =>
  trial?.simulator.requests().filter(({ operation }) => operation?.startsWith('write')).length ?? 0

const sentences = (said: string): string[] => said.split('\n').filter((line) => /^ *error /.test(line))

test.skipIf(!canMount)(
  'a disk that becomes full at any moment of an apply: each step is told as it ended, and is carried out once',
  async () => {
    const codes = new Set<number>()
    for (let free = 0; free < 260; free += 32) {
      const [first, second, third] = await onSmallDisk(
        `fill ${diskKilobytes - free}; apply; rm .sensorform/fill; apply; plan`,
      )
      const where = `${free} kB free\n${first?.said}`
      codes.add(first?.code ?? -1)
      expect([0, 1, 3], where).toContain(first?.code)
      if (first?.code === 1) expect(sentences(first.said), where).toHaveLength(1)
      const reasons = sentences(first?.said ?? '').map((line) => line.replace(/^.*: /, ''))
      expect(reasons.length > 0, where).toBe(first?.code !== 0)
      for (const reason of reasons) expect(reason, where).toMatch(/^the disk (is full|refused it; it may be full)/)
      expect([second?.code, third?.code], `${where}\n${second?.said}${third?.said}`).toEqual([0, 0])
      expect(stepsDone(), where).toBe(sensors * 3)
      await trial?.end()
      trial = undefined
    }
    expect([...codes].toSorted(), 'the disk is full before, in the middle of and after the work').toEqual([0, 1, 3])
  },
)

const firstRun = 'sensorform plan fleet.yaml --quiet;'
const damage = 'head -c 60000 /dev/urandom | dd of=.sensorform/state.sqlite bs=1k seek=5 conv=notrunc status=none;'
const newer = `"$NODE" -e 'new (require("node:sqlite").DatabaseSync)(".sensorform/state.sqlite").exec("PRAGMA user_version = 99")';`

interface Harm {
  name: string
  /** In the shell, after a first run that only looked. */
  harm: string
  /** What the one sentence says, without the path of the folder. */
  says: string
  /** What a person does of what the hint says. */
  mended: string
}

test.skipIf(!canMount).each<Harm>([
  {
    name: 'a disk that may only be read',
    harm: 'mount -o remount,ro .sensorform;',
    says: 'error STATE_UNWRITABLE: [folder]/state.sqlite cannot be written: it may only be read',
    mended: 'mount -o remount,rw .sensorform;',
  },
  {
    name: 'a disk that is full',
    harm: `fill ${diskKilobytes};`,
    says: 'error STATE_UNWRITABLE: [folder]/state.sqlite cannot be written: the disk refused it; it may be full, over its quota, or failing',
    mended: 'rm .sensorform/fill;',
  },
  {
    name: 'a state file of a newer version',
    harm: newer,
    says: `error STATE_NEWER: [folder]/state.sqlite was written by a newer Sensorform (state version 99, this one knows ${stateVersion})`,
    mended: 'mv .sensorform/state.sqlite newer;',
  },
])('$name: one sentence, and nothing is begun', async ({ harm, says, mended }) => {
  const [, first, second, third] = await onSmallDisk(`${firstRun} ${harm} apply; ${mended} apply; plan`)
  expect([first?.code, sentences(first?.said ?? '').map((line) => line.replace(folderOf(), '[folder]'))]).toEqual([
    1,
    [says],
  ])
  expect([second?.code, third?.code], `${second?.said}${third?.said}`).toEqual([0, 0])
  expect(stepsDone()).toBe(sensors * 3)
})

const folderOf = (): string => join(trial?.folder ?? '', '.sensorform')
const setAside = ['warning STATE_SET_ASIDE: [folder]/state.sqlite was damaged and lies']

test.skipIf(!canMount).each<{ name: string; harm: string; says?: string[] }>([
  { name: 'a state file with damaged pages', harm: damage, says: setAside },
  {
    name: 'a state file that was cut short',
    harm: 'truncate -s 9000 .sensorform/state.sqlite;',
    says: setAside,
  },
  { name: 'a state file that is empty', harm: 'truncate -s 0 .sensorform/state.sqlite;' },
  { name: 'a state file that is gone', harm: 'rm .sensorform/state.sqlite;' },
  { name: 'a state folder that is gone', harm: 'rm -r .sensorform/*;' },
])('$name: the next apply goes on without memory', async ({ harm, says = [] }) => {
  const [, first, second] = await onSmallDisk(`${firstRun} ${harm} apply; plan`)
  expect([first?.code, second?.code], `${first?.said}${second?.said}`).toEqual([0, 0])
  const warnings = first?.said.split('\n').filter((line) => line.startsWith('warning')) ?? []
  expect(
    warnings.map((line) => /^warning \w+: \S+ \w+ \w+ and lies/.exec(line)?.[0].replace(folderOf(), '[folder]')),
  ).toEqual(says)
  expect(second?.said).not.toContain('STATE_')
  expect(stepsDone()).toBe(sensors * 3)
})

test.skipIf(!canMount)('under "drift: report" a damaged state file is refused, and nothing is begun', async () => {
  const report = `sed -i 's/^spec:/spec:\\n  policy: { drift: report }/;t;' fleet.yaml; sed -i '0,/policy/!{/policy: . drift/d}' fleet.yaml;`
  const [, first, second, third] = await onSmallDisk(
    `${firstRun} ${report} ${damage} apply; mv .sensorform/state.sqlite damaged; apply; plan`,
  )
  expect(first?.code, first?.said).toBe(1)
  expect(sentences(first?.said ?? '')).toEqual([
    expect.stringMatching(/STATE_CORRUPT.*is damaged; under "drift: report"/),
  ])
  expect([second?.code, third?.code], `${second?.said}${third?.said}`).toEqual([0, 0])
})
