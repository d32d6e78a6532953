# The appliance, then the name of the rule; of a management console "management_console," stands before it.
terraform import sensorform_forwarding_rule.siem 'https://10.20.0.5,default,sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=/to SIEM'
