# Neither an import nor the read after it sees the configuration: endpoint, name of the credentials, and key.
# To have the configuration written (-generate-config-out), leave the resource out and add `provider = sensorform`:
# Terraform 1.16 takes sensorform for a provider of hashicorp without it.
import {
  to = sensorform_sensor.line_1
  id = "https://10.20.0.5,default,sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
}
