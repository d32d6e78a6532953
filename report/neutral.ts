/**
 * Text from outside (documents, appliances, registrars) made harmless for where it is shown: a name must not move a
 * cursor, hide a line, start a link or ping a team.
 *
 * @module
 */

/** Controls, and everything that is invisible or turns the reading direction. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** One line of plain text: what cannot be seen is written as an escape. */
export const plainText = (text: string): string => text.replaceAll(unseen, (character) => escapeOf(character))

/** Several lines of plain text: line ends stay. */
export const plainLines = (text: string): string[] => text.split(/\r?\n/).map(plainText)

const escapeOf = (character: string): string =>
  escapes[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`

/** Inline Markdown: every character that could mean something is an entity. */
export const markdownText = (text: string): string =>
  plainText(text)
    .replaceAll(
      /[^\p{L}\p{N}\p{M} .,;"'?()/=%+\u2010-\u2027\u00b7-]/gu,
      (character) => `&#${character.codePointAt(0)};`,
    )
    .replaceAll(/www\./gi, (start) => `${start.slice(0, 3)}&#46;`)

/** A fenced block of Markdown: its fence is longer than any that the text holds. */
export function markdownFence(language: string, lines: readonly string[]): string {
  const text = lines.map(plainText)
  const longest = Math.max(2, ...text.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)))
  const fence = '`'.repeat(longest + 1)
  return [`${fence}${language}`, ...text, fence].join('\n')
}

/** JSON in which nothing invisible stands as itself. */
export const neutralJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replaceAll(/[\p{Cf}\p{Co}\p{Zl}\p{Zp}\u007f-\u009f]/gu, (text) =>
    Array.from(
      { length: text.length },
      (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
