/** Lists in pages. The published list models have no `nextLink`, so without a page size everything comes at once. */
import type { Answer } from '../edge.ts'

export interface PageOptions {
  pageSize: number | undefined
  /** Where this server is found, without a slash at the end. */
  origin: string
  /** Path and query of the request. */
  url: string
}

/** One page of a list, with `nextLink` while there are more. */
export function pageOf(resources: readonly unknown[], { pageSize, origin, url }: PageOptions): Answer {
  if (pageSize === undefined) return { status: 200, body: { value: resources } }
  const here = new URL(url, origin)
  const start = Number(here.searchParams.get('$skipToken') ?? 0)
  const end = start + pageSize
  here.searchParams.set('$skipToken', String(end))
  const nextLink = end < resources.length ? here.href : undefined
  return { status: 200, body: { value: resources.slice(start, end), ...(nextLink && { nextLink }) } }
}
