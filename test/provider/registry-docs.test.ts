/** The pages and examples that the public registry looks for: one of each for everything that the provider has. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sensorformProvider } from '../../provider/sensorform/provider.ts'
import { root } from '../house/sources.ts'

const { resources, dataSources, ephemeralResources, functions, actions, listResources } = sensorformProvider
const folders = [
  ['resources', resources, 'resource.tf'],
  ['data-sources', dataSources, 'data-source.tf'],
  ['ephemeral-resources', ephemeralResources, 'ephemeral-resource.tf'],
  ['functions', functions, 'function.tf'],
  ['actions', actions, 'action.tf'],
  ['list-resources', listResources, 'list-resource.tfquery.hcl'],
] as const

const namesIn = (folder: string): string[] => {
  const path = join(root, folder)
  return existsSync(path) ? readdirSync(path).toSorted() : []
}

test.each(folders)('%s: a page and an example for each, and none of what is no more', (folder, things, example) => {
  const names = Object.keys(things)
  const pages = names.map((name) => `${name.replace('sensorform_', '')}.md`)
  expect(namesIn(`docs/${folder}`)).toEqual(pages.toSorted())
  expect(namesIn(`examples/${folder}`)).toEqual(names.toSorted())
  const missing = names.filter((name) => !existsSync(join(root, 'examples', folder, name, example)))
  expect(missing).toEqual([])
})

/** The registry cuts a page that is longer. */
const longestPage = 500_000

test.each([
  'docs/index.md',
  ...folders.flatMap(([folder]) => namesIn(`docs/${folder}`).map((page) => `docs/${folder}/${page}`)),
])('%s is one that the registry takes', (page) => {
  const text = readFileSync(join(root, page), 'utf8')
  expect(text).toMatch(/^---\npage_title: .+\ndescription: \|-\n {2}\S/)
  expect(text).toContain('## Example Usage\n\n```terraform\n')
  expect(statSync(join(root, page)).size).toBeLessThan(longestPage)
})
