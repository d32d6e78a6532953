/** What is wrong with the clock of an appliance. */
import type { Catalog } from './entry.ts'

export const clock = {
  CLOCK_DRIFTING: {
    severity: 'warning',
    title: 'The clock of the appliance is off',
    explanation:
      'It is more than a minute off, compared with the clock of this machine. From five minutes on it blocks activation, and it disconnects a sensor from its management console.',
    remedy: 'Declare time.ntp with a server that the appliance reaches, or set its clock.',
  },
  NTP_NOT_SYNCHRONIZED: {
    severity: 'warning',
    title: 'NTP is on, but the clock is not in step',
    explanation: 'The appliance takes any server; whether it answers shows only afterwards.',
    remedy: 'See that the server is an IPv4 server that answers on UDP port 123 from the management port.',
  },
  CLOCK_SHOWN_OTHERWISE: {
    severity: 'warning',
    title: 'The console shows the clock in another format',
    explanation: 'What the console shows is not in the date format that is set.',
    remedy: 'Look at Time & Region in the console.',
  },
  TIME_ZONE_RULES_DIFFER: {
    severity: 'warning',
    title: 'The appliance knows other rules of its time zone',
    explanation:
      'The local time that the console shows is not that of its time zone. Governments change the rules of a zone, and an appliance learns of it with its software. The clock itself is right.',
    remedy: 'Update the software of the appliance. Until then, read times in alerts and reports with this in mind.',
  },
} as const satisfies Catalog
