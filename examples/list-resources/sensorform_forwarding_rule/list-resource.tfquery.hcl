list "sensorform_forwarding_rule" "line_1" {
  provider = sensorform
  config {
    access = {
      endpoint    = "https://10.20.0.5"
      credentials = "default"
      trust       = [{ pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
    }
  }
}
