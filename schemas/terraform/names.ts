/** The one place where a name of the spec becomes one of Terraform. */

/** Names that Terraform keeps for itself at the top of a resource. */
const reserved = new Set([
  'count',
  'for_each',
  'provider',
  'lifecycle',
  'depends_on',
  'provisioner',
  'connection',
  'version',
  'alias',
])

/** `minimumSeverity` as `minimum_severity`. */
export const toSnakeCase = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Throws for a name that Terraform would not give to a resource. */
export function rootName(key: string): string {
  const name = toSnakeCase(key)
  if (reserved.has(name)) throw new TypeError(`${name} is Terraform's own: a spec cannot have it at its top`)
  return name
}

/** What stands beside a secret in place of its value. */
export const secretNames = (key: string) => {
  const name = toSnakeCase(key)
  return {
    plain: name,
    writeOnly: `${name}_wo`,
    version: `${name}_wo_version`,
    fromEnv: `${name}_from_env`,
    fromFile: `${name}_from_file`,
  }
}
