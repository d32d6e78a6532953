variable "smb_password" {
  type      = string
  ephemeral = true
}

resource "sensorform_sensor" "line_1" {
  access = {
    endpoint    = "https://10.20.0.5"
    credentials = "default"
    trust       = [{ pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" }]
  }

  # Another name re-activates the sensor; the plan says so, and from where on there is no way back.
  name         = "berlin-line-1"
  registration = { registrar = "cloud", site = "berlin-plant" }

  time    = { timezone = "Europe/Berlin", date_format = "dd/MM/yyyy HH:mm:ss" }
  network = { dns = ["10.20.0.2"], hostname = "line-1" }

  backup = {
    directory = "/var/cyberx/backups"
    target = {
      smb = {
        server   = "files.berlin.example"
        share    = "sensors"
        username = "backup"
        # Never in the plan nor in the state: another version says that it changed.
        password_wo         = var.smb_password
        password_wo_version = 1
      }
    }
  }

  forwarding = {
    rules = {
      siem = {
        minimum_severity = "Major"
        protocols        = ["any"]
        engines          = ["any"]
        actions = {
          siem = { syslog = { host = "siem.berlin.example", port = 514, format = "cef", protocol = "tcp" } }
        }
      }
    }
  }
}
