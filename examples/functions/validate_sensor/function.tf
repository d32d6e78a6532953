# Every document of a folder is checked in each plan; what is wrong is told with line and column.
locals {
  problems = {
    for name in fileset(path.module, "*.yaml") :
    name => provider::sensorform::validate_sensor(file("${path.module}/${name}"))
  }
}

check "documents" {
  assert {
    condition = alltrue([for found in values(local.problems) : length(found) == 0])
    error_message = join("\n", flatten([
      for name, found in local.problems : [for p in found : "${name}:${p.line}:${p.column}: ${p.summary}"]
    ]))
  }
}

output "problems" {
  value = local.problems
}
