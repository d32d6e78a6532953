# terraform apply -invoke=action.sensorform_backup.line_1
action "sensorform_backup" "line_1" {
  config {
    access = {
      endpoint    = "https://10.20.0.5"
      credentials = "default"
      trust       = [{ pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
    }
  }
}
