/** Names of time zones. Zones are renamed now and then, and an appliance may know the former name only. */

/** Another name of the same zone, where there is one, such as Europe/Kiev for Europe/Kyiv. */
export function otherNameOf(timeZone: string): string | undefined {
  const { timeZone: resolved } = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions()
  return resolved === timeZone ? undefined : resolved
}
