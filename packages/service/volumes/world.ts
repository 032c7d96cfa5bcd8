import type { Volume } from '../documents.js';
import type { Host } from '../host/host.js';
import type { Backend } from './backend.js';

/** All that volumes are made of: the records, and the machine. */
export interface World {
  /** By id; what is on disk. Changed by `keep` and `forget` alone. */
  readonly volumes: ReadonlyMap<string, Volume>;
  host: Host;
  /** @throws DvmError `no-backend` (exit 78) when the config no longer has it */
  backend(volume: Pick<Volume, 'backend'>): Backend;
  keep(volume: Volume, durable: boolean): Promise<void>;
  forget(volume: Volume): Promise<void>;
}
