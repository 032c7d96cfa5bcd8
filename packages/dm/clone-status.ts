/** What dm-clone reports of itself. */
export interface CloneStatus {
  /** Regions that have been copied, that are being copied, and all. */
  done: number;
  busy: number;
  of: number;
  /** Whether it copies in the background. */
  hydration: boolean;
  threshold: number;
  batchSize: number;
  /** `rw`, `ro`: the metadata cannot be written any more. */
  mode: string;
}

/**
 * dm-clone-target.c, clone_status: `METABLOCK USED/TOTAL REGION DONE/OF BUSY N FEATURE… N (KEY VALUE)… MODE`; `Fail`, and
 * whatever else is not that, is undefined.
 */
export function parseCloneStatus(text: string | undefined): CloneStatus | undefined {
  const words = (text ?? '').split(' ');
  const [, done, of] = /^(\d+)\/(\d+)$/.exec(words[3] ?? '') ?? [];
  if (done === undefined || of === undefined) return undefined;
  const features = words.slice(6, 6 + Number(words[5]));
  const core = words.slice(7 + features.length, -1);
  const value = (key: string): number => (core.includes(key) ? Number(core[core.indexOf(key) + 1]) : 1);
  return {
    ...{ done: Number(done), busy: Number(words[4]), of: Number(of) },
    hydration: !features.includes('no_hydration'),
    threshold: value('hydration_threshold'),
    batchSize: value('hydration_batch_size'),
    mode: words.at(-1) ?? '',
  };
}
