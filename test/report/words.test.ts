import { expect, test } from 'vitest'
import { sizeText } from '../../report/words.ts'

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [2_100_000, '2.1 MB'],
  [12_345_678, '12 MB'],
  [20_000_000_000, '20 GB'],
  [5e15, '5000 TB'],
])('%d bytes are told as %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
})
