# What a sensor is now: nothing is written, whatever is found.
data "sensorform_sensor" "line_1" {
  access = {
    endpoint    = "https://10.20.0.5"
    credentials = "default"
    trust       = [{ pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
  }
  registrar = "cloud"
}

output "line_1" {
  value = {
    name                   = data.sensorform_sensor.line_1.name
    site                   = data.sensorform_sensor.line_1.registration.site
    software_version       = data.sensorform_sensor.line_1.software_version
    certificate_expires_at = data.sensorform_sensor.line_1.certificate_expires_at
  }
}
