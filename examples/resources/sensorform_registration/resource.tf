# Registered ahead of the hardware: the activation file can be fetched before the sensor is there.
resource "sensorform_registration" "line_2" {
  registrar = "cloud"
  site      = "berlin-plant"
  name      = "berlin-line-2"
  zone      = "hall-2"
}
