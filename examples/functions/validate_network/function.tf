variable "network" {
  type = object({ address = string, subnet_mask = string, gateway = optional(string) })
  default = {
    address     = "10.20.0.5"
    subnet_mask = "255.255.255.0"
    gateway     = "10.20.0.1"
  }
}

locals {
  problems = provider::sensorform::validate_network(
    var.network.address, var.network.subnet_mask, var.network.gateway
  )
}

output "network" {
  value = var.network

  precondition {
    condition     = length(local.problems) == 0
    error_message = join("\n", local.problems[*].summary)
  }
}
