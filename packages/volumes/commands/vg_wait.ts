import { setTimeout as sleep } from 'node:timers/promises';
import { dump } from '#dm/dump.js';
import { openKernel } from '#dm/open-kernel.js';
import { type EditableGroup, editableGroupType, open } from '#metadata/editable.js';
import { type Call, singleTool } from '#tool/command.js';
import { fail } from '#tool/errors.js';
import { scopeOf } from '../identity.js';
import { type Unfinished, unfinished } from '../poll/progress.js';

const options = {
  timeout: { type: 'integer', value: 'SECONDS', describe: 'give up after so long; without it there is no end' },
  volume: { type: 'list', value: 'LV', describe: 'only for this volume: its name; may be repeated' },
  work: { type: 'list', value: 'WORK', describe: 'only for this, as progress documents call it; may be repeated' },
  kernel: { type: 'string', value: 'KERNEL', default: 'real', describe: 'real, or sim:FILE' },
} as const;

/** Milliseconds between two looks: short at first, for small volumes. */
const looks = { first: 50, longest: 1000 };

export const tool = singleTool({
  name: 'vg_wait',
  summary: 'Waits until the kernel has finished what it does by itself in a group: moves, merges, rebuilding.',
  input: 'a group document',
  output: 'a progress document a line, whenever something got further',
  positionals: [],
  options,
  run: async (call) => wait(call, await call.input(editableGroupType)),
});

async function* wait(call: Call<typeof options>, group: EditableGroup): AsyncGenerator<object> {
  const draft = open(group);
  const { id } = group.envelope.group;
  const kernel = openKernel(call.options.kernel, call.note);
  const { timeout, volume, work } = call.options;
  const asked = (p: Unfinished): boolean =>
    (volume.length === 0 || volume.includes(p.volume)) && (work.length === 0 || work.includes(p.work));
  const end = timeout === undefined ? Number.POSITIVE_INFINITY : performance.now() + timeout * 1000;
  let told = new Map<string, number>();
  try {
    for (let pause = looks.first; ; pause = Math.min(pause * 2, looks.longest)) {
      const left = unfinished(draft, id, dump(kernel, scopeOf(id))).filter(asked);
      yield* left.filter((p) => told.get(p.volume) !== p.done).map(documentOf);
      if (left.length === 0) return;
      refuseFailed(left);
      told = new Map(left.map((p) => [p.volume, p.done]));
      if (performance.now() + pause > end) throw timedOut(left);
      await sleep(pause);
    }
  } finally {
    kernel.close();
  }
}

function documentOf({ volume, work, done, of }: Unfinished): object {
  return { kind: 'progress', version: 1, volume, work, done, of };
}

function refuseFailed(left: readonly Unfinished[]): void {
  const bad = left.find((p) => p.failed);
  if (bad)
    throw fail('io', 'device-failed', `${bad.work} of "${bad.volume}" cannot go on: a device fails`, {
      hint: bad.work === 'move' ? 'pv_move --abort leaves everything where it was' : 'lv_repair puts another device in its place',
    });
}

function timedOut(left: readonly Unfinished[]) {
  return fail('busy', 'not-finished', `${left.map((p) => `${p.work} of "${p.volume}"`).join(', ')} is not finished`, {
    details: left.map(documentOf),
  });
}
