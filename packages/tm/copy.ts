import type { Group } from '#documents/group.js';
import { renderRecord } from '#documents/record.js';
import { type Region, regionName } from '#documents/regions.js';
import { fail } from '#tool/errors.js';
import type { Store } from './store.js';

/** Makes regions anew, with the current version in them. Each is empty in between. */
export async function copyTo(store: Store, { envelope, metadata }: Group, regions: Region[]): Promise<void> {
  const { txn, parent, time } = envelope;
  await store.init(regions);
  await store.prepare(regions, renderRecord(envelope, metadata), {
    txn,
    parent,
    time: Date.parse(time),
    mark: false,
    urgent: true,
  });
  const { failed } = await store.commit(regions, txn);
  if (failed.length > 0)
    throw fail('io', 'recover-failed', `${failed.length} regions could not be written`, {
      details: failed.map((f) => ({ region: regionName(f.region), error: f.error.message })),
    });
}
