# A document of the CLI is the configuration of a sensor. What it does not say is null, and so not managed.
locals {
  line_1 = provider::sensorform::parse_sensor(file("${path.module}/line-1.yaml"))
}

resource "sensorform_sensor" "line_1" {
  access  = local.line_1.access
  time    = local.line_1.time
  network = local.line_1.network
}
