const longest = 200

/** Makes text from outside fit to be shown: one line, no control or direction characters, at most 200 characters. */
export function sanitise(text: string): string {
  const line = text
    .slice(0, 4 * longest)
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
  return line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line
}
