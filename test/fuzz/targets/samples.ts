import { current, group, metadata } from '#test/fixtures/group.js';
import { samples as configDiscover } from '#test/fixtures/samples/config-discover.js';
import { samples as configTm } from '#test/fixtures/samples/config-tm.js';
import { samples as currents } from '#test/fixtures/samples/current.js';
import { samples as desireds } from '#test/fixtures/samples/desired.js';
import { samples as devices } from '#test/fixtures/samples/devices.js';
import { samples as groups } from '#test/fixtures/samples/group.js';
import { samples as metadatas } from '#test/fixtures/samples/metadata.js';
import { samples as plans } from '#test/fixtures/samples/plan.js';
import { samples as programs } from '#test/fixtures/samples/program.js';
import { samples as records } from '#test/fixtures/samples/record.js';
import { samples as regions } from '#test/fixtures/samples/regions.js';
import { samples as results } from '#test/fixtures/samples/result.js';
import { samples as kernels } from '#test/fixtures/samples/sim-kernel.js';
import { desiredOf, edited, emptyState, randomWorld } from '#test/support/dm-worlds.js';
import { Random } from '#test/support/random.js';
import type { Json } from '#tool/json.js';

/** Documents as JSON carries them: undefined is absent. */
export function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

const sets = {
  ...{ current: currents, desired: desireds, devices, group: groups, metadata: metadatas, plan: plans, program: programs },
  ...{ record: records, regions, result: results, 'sim-kernel': kernels },
  ...{ 'config-discover': configDiscover, 'config-tm': configTm },
};
export type SampleKind = keyof typeof sets;
export const sampleKinds = Object.keys(sets) as SampleKind[];

/** Sound documents of a kind. */
export function sound(kind: SampleKind): Json[] {
  return sets[kind].valid.map(plain);
}

/** Documents that the schema of a kind refuses. */
export function unsound(kind: SampleKind): Json[] {
  return Object.values(sets[kind].invalid).map(plain);
}

/** Groups of several forms: the fixtures' with and without metadata, bare metadata, one whose PVs are all there. */
export function groupDocuments(): Json[] {
  const whole = {
    ...group,
    devices: Object.fromEntries(Object.entries(group.envelope.pvs).map(([id, pv], i) => [id, found(pv, i)])),
  };
  return [group, { ...group, metadata: {} }, metadata, whole].map(plain);
}

function found(pv: { path: string | null; size: number }, i: number) {
  return { path: pv.path ?? `/dev/sd${i}`, dev: `8:${16 * i}`, size: pv.size, blockSize: 512, regions: [] };
}

export function currentDocuments(): Json[] {
  return [plain(current), ...sound('current')];
}

/** States of the simulated kernel and devices wanted on them, from the planner's own random groups. */
export function worlds(count: number): { kernel: Json; desired: Json; next: Json }[] {
  return Array.from({ length: count }, (_, i) => {
    const random = new Random(i + 1);
    const world = randomWorld(random);
    return { kernel: plain(emptyState()), desired: plain(desiredOf(world)), next: plain(desiredOf(edited(world, random))) };
  });
}
