# terraform apply -invoke=action.sensorform_restore.line_1
action "sensorform_restore" "line_1" {
  config {
    access = {
      endpoint    = "https://10.20.0.5"
      credentials = "default"
      trust       = [{ pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
    }
    from                     = "latest"
    discard_present_settings = true
  }
}
