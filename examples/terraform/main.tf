terraform {
  required_providers {
    sensorform = { source = "sensorform/sensorform" }
  }
}

provider "sensorform" {
  credentials = { default = { username = "admin", password_from_env = "SENSOR_PASSWORD" } }
  pin_file    = "pins.json"
}

resource "sensorform_sensor" "line_1" {
  access  = { endpoint = "https://127.20.1.11:8443", credentials = "default" }
  time    = { timezone = "Europe/Berlin", ntp = { server = "ntp.berlin.example" } }
  network = { dns = ["127.20.1.2"] }
}

output "software_version" {
  value = sensorform_sensor.line_1.software_version
}
