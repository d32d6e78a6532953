/** Files that cannot be read, and text that is not YAML. */
import { one } from './document-example.ts'
import type { Catalog } from './entry.ts'

export const files = {
  PATH_NOT_FOUND: {
    severity: 'error',
    title: 'A given path does not exist',
    explanation: 'A path that is mistyped must not look like an empty fleet.',
    remedy: 'Correct the path. Paths are relative to the working directory.',
  },
  FILE_UNREADABLE: {
    severity: 'error',
    title: 'A file cannot be read',
    explanation: 'The file exists, but the system refuses to read it.',
    remedy: 'Check the permissions of the file.',
  },
  FILE_TOO_LARGE: {
    severity: 'error',
    title: 'A file is too large',
    explanation: 'Files of documents, and files that documents refer to, may have 1 MiB each.',
    remedy: 'Split the documents over several files.',
  },
  FOLDER_TOO_LARGE: {
    severity: 'error',
    title: 'There are more documents than are read at once',
    explanation:
      'At most 100,000 files of documents (and folders on the way to them) with 64 MiB together are read, ten times what 10,000 sensors need. A folder with more is a mistake, such as the folder above the one that was meant, or made to cost. Nothing of it is parsed.',
    remedy:
      'Name the folders that hold the documents. Split a larger fleet into several, each with its own Fleet document.',
  },
  NOT_UTF8: {
    severity: 'error',
    title: 'A file is not UTF-8',
    explanation: 'Another encoding would turn some letters into others without anybody noticing.',
    remedy: 'Save the file as UTF-8.',
  },
  LINK_LEAVES_FOLDER: {
    severity: 'error',
    title: 'A symbolic link leaves the given folder',
    explanation: 'A repository declares its fleet by its own files; a link could bring in any file of the machine.',
    remedy: 'Move the file into the folder, or name it on the command line.',
  },
  PROBLEMS_LEFT_OUT: {
    severity: 'error',
    title: 'A file has more problems than are told',
    explanation: 'Of one file a hundred problems are told, errors before warnings; the others are counted.',
    remedy: 'Correct those that are told, and run it again.',
  },
  NO_SENSORS: {
    severity: 'error',
    title: 'No sensor is declared',
    explanation: 'An empty set is never taken as "delete all", nor as "all is well".',
    remedy: 'Give the files and folders of the fleet.',
    example: { 'fleet.yaml': 'apiVersion: sensorform.io/v1\nkind: Fleet\nmetadata: { name: acme }\nspec: {}\n' },
  },
} as const satisfies Catalog

export const yaml = {
  YAML_SYNTAX: {
    severity: 'error',
    title: 'The text is not YAML',
    explanation: 'Documents are YAML 1.2 with string keys. The parser stops making sense of the text at this place.',
    remedy: 'Correct the line; often the cause stands on the line above.',
    example: { 'fleet.yaml': 'apiVersion: sensorform.io/v1\nkind: Fleet\nmetadata: { name: acme\nspec: {}\n' },
  },
  YAML_TAB: {
    severity: 'error',
    title: 'A tab is used as indentation',
    explanation: 'YAML is indented with spaces only.',
    remedy: 'Replace tabs by spaces.',
    example: { 'fleet.yaml': 'apiVersion: sensorform.io/v1\nkind: Fleet\nmetadata:\n\tname: acme\n' },
  },
  YAML_TAG: {
    severity: 'error',
    title: 'A YAML tag is used',
    explanation: 'Tags such as !env would run code or read values behind the back of the reader.',
    remedy: 'Write the value plainly; a secret is a reference such as { fromEnv: NAME }.',
    example: one('  time: { timezone: !zone Europe/Berlin }\n'),
  },
  YAML_ALIAS: {
    severity: 'error',
    title: 'An alias is broken, cyclic or stands for too much',
    explanation: 'Aliases may stand for 100 values per document; more is how small files are made to fill memory.',
    remedy: 'Use the defaults of the Fleet or Site document instead of aliases.',
    example: one('  time: &time { ntp: *time }\n'),
  },
  YAML_MERGE_KEY: {
    severity: 'error',
    title: 'A merge key is used',
    explanation:
      'YAML 1.2 has no merge keys (`<<`). They would be a second way of layering, without the places of values.',
    remedy: 'Use the defaults of the Fleet or Site document, which merge.',
    example: one('  time: { <<: { timezone: Europe/Berlin } }\n'),
  },
  DUPLICATE_KEY: {
    severity: 'error',
    title: 'A key is given twice',
    explanation: 'Most parsers let the last one win silently; which one was meant cannot be known.',
    remedy: 'Remove one of the two.',
    example: one('  time: { timezone: Europe/Berlin }\n  time: { timezone: Europe/Paris }\n'),
  },
} as const satisfies Catalog
