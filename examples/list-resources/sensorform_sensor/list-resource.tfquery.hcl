# The documents of a fleet, as the CLI reads them.
list "sensorform_sensor" "fleet" {
  provider = sensorform
  config {
    paths = ["fleet.yaml"]
  }
}
