# For a sensor that nobody but a person on site can reach: the file is downloaded when it is needed and stored nowhere
# but where it is to be picked up.
ephemeral "sensorform_activation_file" "line_1" {
  registrar = "cloud"
  name      = "berlin-line-1"
  site      = "berlin-plant"
}

resource "terraform_data" "hand_over" {
  provisioner "local-exec" {
    command     = "printf %s \"$FILE\" | base64 -d > berlin-line-1.zip"
    environment = { FILE = ephemeral.sensorform_activation_file.line_1.content_base64 }
  }
}
