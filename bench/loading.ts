/**
 * What loading a fleet's documents costs beside parsing the same YAML alone: `node bench/loading.ts [COUNT]…`. One measure
 * in a process of its own: `node bench/loading.ts FOLDER load|parse|scan COUNT`.
 *
 * @module
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { loadFleet } from '../load/load-fleet.ts'
import { excessOf } from '../load/parse-cost.ts'
import { measureIn, tellMeasure, type Measured } from './measured.ts'

/** What warns in each document: a name without a registrar is only compared. */
type Warned = 'none' | 'each'

const registered = '  registration: { registrar: cloud, site: plant }\n  activation: { mode: cloud }\n'

const sensor = (index: number, warned: Warned): string => `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: line-${index}, labels: { hall: "${index % 7}" } }
spec:
  access: { endpoint: "https://10.${Math.floor(index / 65536)}.${Math.floor(index / 256) % 256}.${index % 256}", credentials: default, trust: [{ system: true }], serverName: line-${index}.example }
  name: plant-line-${index}
${warned === 'each' ? '' : registered}  network: { subnetMask: 255.255.0.0, dns: [10.0.0.2], hostname: line-${index}.example }
  time: { timezone: Europe/Berlin, dateFormat: dd/MM/yyyy HH:mm:ss }
`

const fleet = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: bench }
spec:
  credentials: { default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } } }
  registrars: { cloud: { azure: { subscriptionId: 11111111-2222-3333-4444-555555555555, location: eastus } } }
`

/** A folder with that many sensors, 500 a file: one larger than the limit of a document file is refused. */
export function writeDocuments(count: number, warned: Warned = 'none'): string {
  const folder = mkdtempSync(join(tmpdir(), 'sensorform-bench-documents-'))
  const documents = Array.from({ length: count }, (_, index) => sensor(index, warned))
  for (let part = 0; part * 500 < count; part += 1) {
    writeFileSync(join(folder, `part-${part}.yaml`), documents.slice(part * 500, (part + 1) * 500).join('---\n'))
  }
  writeFileSync(join(folder, 'fleet.yaml'), fleet)
  return folder
}

/** One after the other, each in a process of its own. */
export function measureLoading(count: number, warned: Warned = 'none'): Record<'load' | 'parse' | 'scan', Measured> {
  const folder = writeDocuments(count, warned)
  const of = (what: string): Measured => measureIn(fileURLToPath(import.meta.url), folder, what, count)
  try {
    return { parse: of('parse'), load: of('load'), scan: of('scan') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function load(folder: string, count: number): Promise<void> {
  const { fleet: loaded, problems } = await loadFleet([folder], { cwd: folder, env: {} })
  if (loaded?.sensors.size !== count) throw new Error(`loaded ${loaded?.sensors.size}: ${JSON.stringify(problems[0])}`)
}

/** Keeps the documents, as loading does: they hold the place of every value. */
function parse(folder: string): unknown[] {
  return readdirSync(folder).map((file) => {
    const documents = parseAllDocuments(readFileSync(join(folder, file), 'utf8'))
    for (const document of documents) if ('toJS' in document) document.toJS()
    return documents
  })
}

/** Looking for texts that cost too much to parse, which is done to each before it is parsed. */
function scan(texts: readonly string[]): void {
  for (const text of texts) {
    if (excessOf(text)) throw new Error('the documents of this measure are refused')
  }
}

if (import.meta.main) {
  const [folder = '', what, count] = process.argv.slice(2)
  if (what === 'load' || what === 'parse') {
    await tellMeasure(() => (what === 'load' ? load(folder, Number(count)) : parse(folder)))
  } else if (what === 'scan') {
    const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
    await tellMeasure(() => scan(texts))
  } else {
    for (const size of process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 10_000]) {
      console.log(size, measureLoading(size))
      console.log(size, 'each with a warning', measureLoading(size, 'each'))
    }
  }
}
