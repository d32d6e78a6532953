data "sensorform_certificate" "line_1" {
  certificate = file("${path.module}/line-1.crt")
  chain       = file("${path.module}/ca.pem")
  hostname    = "line-1.berlin.example"
}

# A plan warns of what the sensor would refuse, and a month before the certificate expires.
check "certificate" {
  assert {
    condition     = length(data.sensorform_certificate.line_1.problems) == 0
    error_message = join("\n", data.sensorform_certificate.line_1.problems[*].summary)
  }
  assert {
    condition     = timecmp(timeadd(plantimestamp(), "720h"), data.sensorform_certificate.line_1.not_after) < 0
    error_message = "The certificate expires at ${data.sensorform_certificate.line_1.not_after}."
  }
}

output "pin" {
  value = data.sensorform_certificate.line_1.pin
}
