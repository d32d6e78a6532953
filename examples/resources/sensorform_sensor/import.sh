terraform import sensorform_sensor.line_1 'https://10.20.0.5,default,sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
