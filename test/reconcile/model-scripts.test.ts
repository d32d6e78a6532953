/** Scripts that the model test of the engine (test/slow/model.test.ts) has drawn or would draw: what it finds is pasted here. */
import { test } from 'vitest'
import { play, type Step } from '../support/fleet-model.ts'

test.each<{ name: string; script: readonly Step[] }>([
  {
    name: 'a rename that dies after it registered is ended by the next apply',
    script: [
      { do: 'declare', sensor: 'line-1', field: 'name', as: 1 },
      { do: 'kill an apply at the cloud', afterCall: 10 },
      { do: 'apply' },
    ],
  },
  {
    name: 'what a person sets while another field of the plan is being written is not written over',
    script: [
      { do: 'declare', sensor: 'line-2', field: 'zone', as: 0 },
      {
        do: 'change during an apply',
        atCall: 5,
        declaring: 0,
        sensor: 'line-2',
        path: 'network.hostname',
        to: 0,
      },
      { do: 'apply' },
    ],
  },
  {
    name: 'a registration that a person deleted comes back, and two runs at once rename once',
    script: [
      { do: 'declare', sensor: 'line-2', field: 'name', as: 0 },
      { do: 'delete in portal', sensor: 'line-2' },
      { do: 'apply' },
      { do: 'declare', sensor: 'line-2', field: 'name', as: 2 },
      { do: 'two applies at once', killFirstAtCall: null },
    ],
  },
  {
    name: 'runs that die one after the other leave a lease, which is waited for',
    script: [
      { do: 'declare', sensor: 'line-1', field: 'zone', as: 0 },
      { do: 'kill an apply', atCall: 46 },
      { do: 'kill an apply', atCall: 64 },
      { do: 'two applies at once', killFirstAtCall: null },
      { do: 'let time pass', seconds: 61 },
      { do: 'plan' },
    ],
  },
  {
    name: 'what was missed while sensor and cloud were away is made up for',
    script: [
      { do: 'declare', sensor: 'line-1', field: 'proxy', as: 0 },
      { do: 'declare', sensor: 'line-1', field: 'name', as: 1 },
      { do: 'partition', sensor: 'line-1' },
      { do: 'apply' },
      { do: 'cloud goes away' },
      { do: 'heal', sensor: 'line-1' },
      { do: 'apply' },
      { do: 'change in console', sensor: 'line-1', path: 'network.proxy.password', to: 0 },
      { do: 'cloud comes back' },
      { do: 'plan' },
      { do: 'apply' },
    ],
  },
])('$name', async ({ script }) => play(script))
