# The documents of a fleet, as the CLI reads them. Both ways can live side by side: after one, the other has nothing to do.
data "sensorform_fleet" "example" {
  paths = ["fleet"]
}

# Signs in and registers as the Fleet document says. Secrets are found where it refers to them.
provider "sensorform" {
  alias               = "fleet"
  credentials         = data.sensorform_fleet.example.credentials
  registrars          = data.sensorform_fleet.example.registrars
  management_consoles = data.sensorform_fleet.example.management_consoles
}

resource "sensorform_sensor" "fleet" {
  for_each = data.sensorform_fleet.example.sensors
  provider = sensorform.fleet

  access             = each.value.access
  name               = each.value.name
  registration       = each.value.registration
  activation         = each.value.activation
  time               = each.value.time
  network            = each.value.network
  certificate        = each.value.certificate
  management_console = each.value.management_console
  mail_server        = each.value.mail_server
  backup             = each.value.backup
  forwarding         = each.value.forwarding
  system_properties  = each.value.system_properties
  software           = each.value.software
  hold               = each.value.hold
}
