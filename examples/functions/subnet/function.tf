# The gateways of a plant are the first hosts of their subnets.
locals {
  subnet = provider::sensorform::subnet("10.20.0.5", "255.255.255.192")
}

output "gateway" {
  value = local.subnet.first_host
}

output "cidr" {
  value = "${local.subnet.network}/${local.subnet.prefix_length}"
}
