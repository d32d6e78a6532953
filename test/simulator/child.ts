/** A simulator in a process of its own, to be killed. Prints the endpoint of its sensor as one line of JSON. */
import { startSimulator, type SimulatorOptions } from '../../simulator/simulate.ts'

const simulator = await startSimulator(JSON.parse(process.argv[2] ?? '{}') as SimulatorOptions)
process.stdout.write(
  `${JSON.stringify({ endpoint: simulator.appliances[0]?.endpoint, pin: simulator.appliances[0]?.pin })}\n`,
)
