/** The committed JSON Schemas by name. */
type Load = () => Promise<{ default: unknown }>

export const schemaLoaders: Readonly<Record<string, Load>> = {
  fleet: () => import('../schemas/generated/fleet.schema.json', { with: { type: 'json' } }),
  site: () => import('../schemas/generated/site.schema.json', { with: { type: 'json' } }),
  sensor: () => import('../schemas/generated/sensor.schema.json', { with: { type: 'json' } }),
  document: () => import('../schemas/generated/document.schema.json', { with: { type: 'json' } }),
  'secret-scope': () => import('../schemas/generated/secret-scope.schema.json', { with: { type: 'json' } }),
  'sensor-settings.openapi': () =>
    import('../schemas/generated/sensor-settings.openapi.json', { with: { type: 'json' } }),
  'results/plan': () => import('../schemas/generated/results/plan.schema.json', { with: { type: 'json' } }),
  'results/drift': () => import('../schemas/generated/results/drift.schema.json', { with: { type: 'json' } }),
  'results/apply': () => import('../schemas/generated/results/apply.schema.json', { with: { type: 'json' } }),
  'results/problems': () => import('../schemas/generated/results/problems.schema.json', { with: { type: 'json' } }),
  'results/explain': () => import('../schemas/generated/results/explain.schema.json', { with: { type: 'json' } }),
  'results/trust': () => import('../schemas/generated/results/trust.schema.json', { with: { type: 'json' } }),
  'results/restore': () => import('../schemas/generated/results/restore.schema.json', { with: { type: 'json' } }),
  'results/backup': () => import('../schemas/generated/results/backup.schema.json', { with: { type: 'json' } }),
}
