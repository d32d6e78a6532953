#!/usr/bin/env node
/* This file must be understood by every Node, however old: it only looks at the version and loads the rest. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`sensorform needs Node.js 22.19 or newer; this is ${process.versions.node}.\n`)
  process.exitCode = 1
} else {
  void import('./compile-cache.ts')
    .then(({ keepCompiled }) => keepCompiled(process.env))
    .then(() => import('./run-main.ts'))
    .then(({ runMain }) => runMain())
}
