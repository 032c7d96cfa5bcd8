import { type Assembly, Label } from './assembly.js';
import { usersOf } from './groups.js';
import * as make from './instructions.js';
import { liveParentsFirst } from './order.js';
import { groupsOf, isAt, type MessageGroup, possibleTransactions } from './pools.js';
import type { Device, Survey } from './survey.js';
import type { Unit } from './tracks.js';

/**
 * Tells a pool what it has not been told yet. Its transaction id says where to begin:
 *
 *     at the last TO?  ──▶ done
 *     at TO of group n? ──▶ group n + 1
 *     at the first FROM? ──▶ group 1          at none of them: nothing is sent
 *     group 1: messages, FROM ▶ TO; group 2: …
 *
 * An origin rests, with all that stands on it, only while its snapshot is made: its file system is frozen, so that the
 * snapshot has it whole.
 */
export function tell(pool: Device, s: Survey): Unit {
  const groups = groupsOf(pool);
  const rested = groups.flatMap((g) => g.messages.flatMap((m) => restingWith(m.suspend, s)));
  return {
    steps: [],
    write: (a, failed) => writeGroups(a, failed, pool, groups, s),
    mend: [...new Set(rested)].toReversed().map((d) => make.resume(d, d.want ?? {})),
  };
}

function writeGroups(a: Assembly, failed: Label, pool: Device, groups: readonly MessageGroup[], s: Survey): void {
  const entries = new Map(groups.map((g) => [g.from, new Label()]));
  const done = new Label();
  for (const transaction of possibleTransactions(pool)) {
    const next = new Label();
    a.run(isAt(pool, transaction));
    a.jumpIfFailed(next);
    a.jump(entries.get(transaction) ?? done);
    a.place(next);
  }
  a.jump(failed);
  for (const group of groups) {
    a.place(entries.get(group.from) as Label);
    writeGroup(a, failed, pool, group, s);
  }
  a.place(done);
}

function writeGroup(a: Assembly, failed: Label, pool: Device, { from, to, messages, replay }: MessageGroup, s: Survey): void {
  const must = (...instructions: Parameters<Assembly['run']>[0][]): void => {
    for (const i of instructions) {
      a.run(i);
      a.jumpIfFailed(failed);
    }
  };
  for (const { text, suspend } of messages) {
    if (replay) a.run(make.message(pool, forerunner(text)));
    const rest = restingWith(suspend, s);
    must(...rest.map((d) => make.suspend(d, { lockFs: true })), make.message(pool, text));
    must(...rest.toReversed().map((d) => make.resume(d, d.want ?? {})));
  }
  if (from !== to) must(make.message(pool, `set_transaction_id ${from} ${to}`));
}

/**
 * What makes a message work that may have been taken before: what was to be created belongs to nobody yet and is
 * deleted first; what was to be deleted is made again. It is no matter whether this one works.
 */
function forerunner(text: string): string {
  const [word, id] = text.split(' ');
  return word === 'delete' ? `create_thin ${id}` : `delete ${id}`;
}

/** The active device of that uuid and what stands on it, from the top down. */
function restingWith(uuid: string | undefined, s: Survey): Device[] {
  const origin = uuid === undefined ? undefined : s.devices.find((d) => d.uuid === uuid);
  if (!origin?.now || !origin.want) return [];
  return liveParentsFirst([origin, ...usersOf(origin)]);
}
