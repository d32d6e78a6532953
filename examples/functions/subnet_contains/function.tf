variable "dns_server" {
  type    = string
  default = "10.20.0.2"

  validation {
    condition     = provider::sensorform::subnet_contains("10.20.0.5", "255.255.255.0", var.dns_server)
    error_message = "The DNS server lies outside the sensors' own subnet, behind a firewall that lets no DNS through."
  }
}

output "dns_server" {
  value = var.dns_server
}
