/**
 * The text around the few lines that an example of a problem is about.
 *
 * @module
 */
export const fleet = `apiVersion: sensorform.io/v1
kind: Fleet
metadata: { name: acme }
spec:
  credentials:
    default: { username: admin, password: { fromEnv: SENSOR_PASSWORD } }
---
`

/** A sensor that is as it should be, but for the lines given. */
export const sensor = (spec: string, { key = 'line-1', address = '10.20.0.5', metadata = '' } = {}): string =>
  `apiVersion: sensorform.io/v1
kind: Sensor
metadata: { name: ${key}${metadata} }
spec:
  access:
    endpoint: https://${address}
    credentials: default
    trust: [{ system: true }]
    serverName: ${key}.plant.example
${spec}`

export const one = (spec: string, metadata = ''): { 'fleet.yaml': string } => ({
  'fleet.yaml': fleet + sensor(spec, { metadata }),
})
