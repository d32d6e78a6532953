data "sensorform_sensors" "berlin" {
  registrar = "cloud"
  site      = "berlin-plant"
}

# The registrations that nothing stands behind.
output "disconnected" {
  value = [for sensor in data.sensorform_sensors.berlin.sensors : sensor.name if !sensor.connected]
}
