/** Formats of reports. Another one is another line here. */
import { renderHuman } from './human.ts'
import { renderJson } from './json.ts'
import { renderMarkdown } from './markdown.ts'
import type { Renderer } from './report.ts'

export const renderers = {
  human: renderHuman,
  json: renderJson,
  markdown: renderMarkdown,
} as const satisfies Readonly<Record<string, Renderer>>

export type ReportFormat = keyof typeof renderers

export const isReportFormat = (name: string): name is ReportFormat => Object.hasOwn(renderers, name)
