terraform import sensorform_management_console.hq 'https://10.20.0.2,default,sha256/BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA='
