terraform {
  required_providers {
    sensorform = { source = "sensorform/sensorform" }
  }
}

variable "sensor_password" {
  type      = string
  ephemeral = true
}

variable "azure_token" {
  type      = string
  ephemeral = true
}

provider "sensorform" {
  credentials = { default = { username = "admin", password = var.sensor_password } }
  registrars = {
    cloud = {
      azure = {
        subscription_id = "00000000-0000-0000-0000-000000000000"
        location        = "eastus"
        token           = var.azure_token
      }
    }
  }
}
