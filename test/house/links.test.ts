/** Every relative link of the documentation leads to a file or a folder of the tree, and every anchor to a heading. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './sources.ts'

const folders = ['docs', 'examples', 'provider', 'constructs', 'bench']
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  ),
]

/** Text without code, in which brackets mean something else. */
const prose = (page: string): string =>
  readFileSync(join(root, page), 'utf8')
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .replaceAll(/``.*?``|`[^`\n]*`/g, 'code')

/** Of headings, and those that a page gives itself. */
const anchorsOf = (file: string): string[] => {
  const text = readFileSync(file, 'utf8')
  const given = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)
  const titles = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  return [...given, ...titles]
}

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path === '' ? join(root, page) : join(root, dirname(page), path)
  if (!existsSync(file)) return true
  return anchor !== undefined && file.endsWith('.md') && !anchorsOf(file).includes(anchor)
}

test.each(pages)('%s', (page) => {
  const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  const ours = links.filter((link) => !/^[a-z]+:/.test(link))
  expect(ours.filter((link) => isBroken(page, link))).toEqual([])
})
