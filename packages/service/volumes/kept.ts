import type { DvmError } from '#tool/errors.js';
import type { Volume } from '../documents.js';
import type { Records } from '../records.js';

/** The volumes of this service: in memory what is on disk. */
export class KeptVolumes {
  readonly all = new Map<string, Volume>();
  readonly #records: Records<Volume>;

  constructor(records: Records<Volume>, onDamaged: (path: string, error: DvmError) => void) {
    this.#records = records;
    for (const volume of records.load(onDamaged)) this.all.set(volume.id, volume);
  }

  async keep(volume: Volume, durable: boolean): Promise<void> {
    await this.#records.put(volume.id, volume, durable);
    this.all.set(volume.id, volume);
  }

  async forget({ id }: Volume): Promise<void> {
    await this.#records.delete(id);
    this.all.delete(id);
  }
}
