# Neither an import nor the read after it sees the configuration: endpoint, name of the credentials, and key.
import {
  to = sensorform_sensor.line_1
  id = "https://10.20.0.5,default,sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
}
