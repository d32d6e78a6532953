#!/usr/bin/env node
import { runForDebugging, runPlugin } from './run-plugin.ts'
import { sensorformProvider } from './sensorform/provider.ts'

/** `--debug` waits for Terraform to attach, as other providers do. */
const run = process.argv.includes('--debug') ? runForDebugging : runPlugin
/* Not awaited at the top level, which a single executable has no form for. */
void run(sensorformProvider)
