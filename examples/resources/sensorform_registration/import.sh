# Registrar, site and name; of a locally managed sensor the site is empty: cloud//berlin-line-2
terraform import sensorform_registration.line_2 'cloud/berlin-plant/berlin-line-2'
