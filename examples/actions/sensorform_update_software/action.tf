# terraform apply -invoke=action.sensorform_update_software.line_1
action "sensorform_update_software" "line_1" {
  config {
    access = {
      endpoint    = "https://10.20.0.5"
      credentials = "default"
      trust       = [{ pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
    }
    software = {
      version = "22.4.1"
      packages = {
        "22.4.1" = {
          file   = "sensor-secured-patcher-22.4.1.tar"
          sha256 = "06c1594544cd97f5e6fdb040a75d3adaa3d3958dbfeaed3bb3cbd925c4d04f65"
        }
      }
    }
  }
}
