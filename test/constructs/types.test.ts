/** What must not compile, with what the person who wrote it is told. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../house/sources.ts'

const head = `import { Token, type TerraformStack } from 'cdktf'
import { Sensor, SensorFleet } from 'sensorform/cdktf'
declare const stack: TerraformStack
const access = { endpoint: 'https://10.20.0.5', credentials: 'default', trust: [{ system: true as const }] }
`

const sensor = (rest: string): string => `new Sensor(stack, 'a', { access, ${rest} })`

/** What is written, and what of the message says why. An empty one: it compiles. */
const cases: readonly [written: string, message: string][] = [
  [sensor("time: { timezone: 'Europe/Berlin' }, dependsOn: [], lifecycle: { preventDestroy: true }"), ''],
  [sensor("activation: { mode: Token.asAny('x') }, backup: { enabled: Token.asAny(1) }"), ''],
  [sensor("network: { proxy: { password: { fromEnv: 'PROXY' } } }"), ''],
  ["new Sensor(stack, 'a', { access: { endpoint: 'https://10.20.0.5', trust: [{ system: true }] } } as const)", ''],
  ["new Sensor(stack, 'a', { name: 'a' })", "Property 'access' is missing"],
  [sensor("tiem: { timezone: 'Europe/Berlin' }"), "'tiem' does not exist in type 'SensorConfig'"],
  [sensor("time: { timeZone: 'Europe/Berlin' }"), "Did you mean to write 'timezone'?"],
  [sensor("activation: { mode: 'clowd' }"), `Did you mean '"cloud"'?`],
  [sensor("network: { proxy: { port: '8080' } }"), "Type 'string' is not assignable to type 'number'"],
  [
    sensor("network: { proxy: { password: 'secret' } }"),
    "Type 'string' is not assignable to type 'SecretSource | undefined'",
  ],
  [
    sensor("network: { proxy: { password: { fromEnv: 'A', fromFile: 'b' } } }"),
    "Type 'string' is not assignable to type 'undefined'",
  ],
  [sensor("certificate: { certificate: 'PEM' }"), "Type 'string' is not assignable to type 'FileSource | undefined'"],
  ["new SensorFleet(stack, 'f', { path: ['fleet'] })", "'path' does not exist in type 'SensorFleetConfig'"],
]

test('what must not compile is told, and the rest compiles', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(root, 'test/constructs/.types-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [index, [written]] of cases.entries())
    writeFileSync(
      join(folder, `case-${index}.ts`),
      `${head}${written}\nexport { SensorFleet, Sensor, Token, access }\n`,
    )
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { pretty: false },
      include: ['*.ts'],
      exclude: [],
    }),
  )
  const told = compilerSays(folder)
  const messages = cases.map((_, index) =>
    told
      .split(new RegExp(String.raw`^(?=\S*case-\d+\.ts)`, 'm'))
      .filter((one) => one.includes(`case-${index}.ts`))
      .join(''),
  )
  expect(
    messages.map((text, index) => [
      index,
      text === '' ? '' : text.includes(cases[index]?.[1] || '\0') ? cases[index]?.[1] : text,
    ]),
  ).toEqual(cases.map(([, message], index) => [index, message]))
})

function compilerSays(folder: string): string {
  try {
    return execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      encoding: 'utf8',
    })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}
