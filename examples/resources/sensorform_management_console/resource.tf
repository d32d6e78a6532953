resource "sensorform_management_console" "hq" {
  access = {
    endpoint    = "https://10.20.0.2"
    credentials = "default"
    trust       = [{ pin = "sha256/BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=" }]
  }

  # Backups of the sensors, collected every night. What is left out is read, and stays as it is.
  sensor_backups = {
    collect         = true
    at              = "04:00"
    keep_per_sensor = 7
  }
}
