# terraform apply -invoke=action.sensorform_test_message.siem
action "sensorform_test_message" "siem" {
  config {
    access = {
      endpoint    = "https://10.20.0.5"
      credentials = "default"
      trust       = [{ pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
    }
    rule = "siem"
  }
}
