# An activation file that was handed in is looked at before anybody travels to the plant with it.
locals {
  file = provider::sensorform::activation_file_info(filebase64("${path.module}/line-1.zip"))
}

output "upload_before" {
  value = local.file.upload_before

  precondition {
    condition     = local.file.name == "berlin-line-1" && local.file.mode == "cloud"
    error_message = "The file is for ${local.file.name} in ${local.file.mode} mode."
  }
}
