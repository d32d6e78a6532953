list "sensorform_registration" "berlin" {
  provider = sensorform
  config {
    registrar = "cloud"
    site      = "berlin-plant"
  }
}
