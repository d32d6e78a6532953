#!/usr/bin/env node
import { runPlugin } from './run-plugin.ts'
import { sensorformProvider } from './sensorform/provider.ts'

await runPlugin(sensorformProvider)
