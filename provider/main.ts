#!/usr/bin/env node
import { runForDebugging, runPlugin } from './run-plugin.ts'
import { sensorformProvider } from './sensorform/provider.ts'

/** `--debug` waits for Terraform to attach, as other providers do. */
const run = process.argv.includes('--debug') ? runForDebugging : runPlugin
await run(sensorformProvider)
