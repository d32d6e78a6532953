/** The box provider as a process of its own. */
import { runPlugin } from '../../../provider/run-plugin.ts'
import { boxProvider, emptyShelf } from './box-provider.ts'

await runPlugin(boxProvider(emptyShelf()))
