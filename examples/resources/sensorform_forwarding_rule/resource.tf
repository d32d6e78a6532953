# One rule of a sensor that others manage: every other rule is left alone.
resource "sensorform_forwarding_rule" "siem" {
  access = {
    endpoint    = "https://10.20.0.5"
    credentials = "default"
    trust       = [{ pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
  }
  name             = "to SIEM"
  minimum_severity = "Major"
  actions = {
    siem = { syslog = { host = "10.20.9.1", port = 514, format = "cef", protocol = "tcp" } }
  }
}
