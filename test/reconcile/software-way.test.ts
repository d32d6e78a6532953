// The way of an update: over which versions it leads, by the documented path and by what the cloud offers.
import { expect, test } from 'vitest'
import { findWay, offeredFrom, type WayQuestion } from '../../reconcile/plan/software-way.ts'

const later = { version: '24.1.2', fromVersion: '22.2.0' }
const rows: readonly {
  name: string
  from: string
  to: string
  packaged: readonly string[]
  offers?: WayQuestion['offers']
  way: ReturnType<typeof findWay>
}[] = [
  { name: 'directly', from: '22.2.0', to: '22.3.9', packaged: ['22.3.9'], way: ['22.3.9'] },
  { name: 'to the stop itself', from: '3.1.1', to: '10.5.5', packaged: [], way: ['10.5.5'] },
  { name: 'to a later number of the stop', from: '3.1.1', to: '10.5.5.2', packaged: [], way: ['10.5.5.2'] },
  {
    name: 'over the stop',
    from: '3.1.1',
    to: '22.3.9',
    packaged: ['22.3.9', '10.5.5.2'],
    way: ['10.5.5.2', '22.3.9'],
  },
  {
    name: 'not over the stop',
    from: '3.1.1',
    to: '22.3.9',
    packaged: ['22.3.9', '22.1.0'],
    way: { from: '3.1.1', to: '22.1.0', base: '10.5.5', isOffered: false },
  },
  { name: 'as offered', from: '22.2.5', to: '24.1.2', packaged: ['24.1.2'], offers: [later], way: ['24.1.2'] },
  {
    name: 'over what the offer asks for',
    from: '10.1.0',
    to: '24.1.2',
    packaged: ['24.1.2', '22.3.9', '10.5.5'],
    offers: [later, { version: '22.3.9', fromVersion: '10.5.5' }],
    way: ['10.5.5', '22.3.9', '24.1.2'],
  },
  {
    name: 'older than the offer asks for',
    from: '10.5.5',
    to: '24.1.2',
    packaged: ['24.1.2', '22.1.3'],
    offers: [later],
    way: { from: '10.5.5', to: '24.1.2', base: '22.2.0', isOffered: true },
  },
  {
    name: 'of two offers the one that asks for less',
    from: '22.1.0',
    to: '24.1.2',
    packaged: ['24.1.2'],
    offers: [later, { version: '24.1.2', fromVersion: '22.1.0' }],
    way: ['24.1.2'],
  },
  {
    name: 'an offer that asks for less than is documented changes nothing',
    from: '3.1.1',
    to: '22.3.9',
    packaged: ['22.3.9'],
    offers: [{ version: '22.3.9', fromVersion: '3.0.0' }],
    way: { from: '3.1.1', to: '22.3.9', base: '10.5.5', isOffered: false },
  },
  { name: 'not offered at all', from: '22.2.0', to: '22.3.9', packaged: ['22.3.9'], offers: [later], way: ['22.3.9'] },
  {
    name: 'around a version that leads nowhere',
    from: '22.1.0',
    to: '24.1.2',
    packaged: ['24.1.2', '22.2.4', '22.3.9'],
    offers: [later, { version: '22.2.4', fromVersion: '22.2.0' }],
    way: ['22.3.9', '24.1.2'],
  },
]

test.each(rows)('$name', ({ from, to, packaged, offers, way }) => {
  expect(findWay(from, to, { packaged, offers })).toEqual(way)
})

test('what is offered to a version is newer and does not ask for a newer one', () => {
  const fromAnywhere = { version: '23.1' }
  expect(
    offeredFrom('22.1.0', [later, fromAnywhere, { version: '22.3.9', fromVersion: '22.1' }, { version: '10.5.5' }]),
  ).toEqual([fromAnywhere, { version: '22.3.9', fromVersion: '22.1' }])
})
