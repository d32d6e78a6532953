/**
 * Characters that nobody sees: what a reviewer of documents sees must be what is read.
 *
 * @module
 */

/**
 * Control characters, which YAML forbids; those that turn the direction of text; and those that no letter needs, as they
 * only make two texts look alike. Joiners of letters are needed by some scripts.
 */
const unseenCharacter =
  /(?![\t\n\r])[\p{Cc}\p{Zl}\p{Zp}\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u

/** Where the first stands, and its name; nothing where all can be seen. */
export function firstUnseen(text: string): { at: number; name: string } | undefined {
  const at = text.search(unseenCharacter)
  if (at < 0) return undefined
  const code = (text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return { at, name: `U+${code}` }
}
