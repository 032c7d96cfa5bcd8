import type { Metadata } from '#metadata/metadata.js';
import { groupNowhere, ids } from '#test/fixtures/group.js';
import { assert, suite } from '#test/support/check.js';
import { inBatches, runProcess } from '#test/support/process.js';
import { readers } from '#test/support/readers.js';
import { toolPath } from '#test/support/runtime.js';
import { toolFiles } from '#test/support/tools.js';

/** Much output through pipes: whole to a slow reader, quiet when the reader leaves. */
const test = suite('matrix of output');

/** Tools that only compute, and so may be run on any document. */
const purePackages = ['metadata', 'volumes', 'report'];

function bigGroup(volumes: number): string {
  const pvs = { [ids.pv1]: { dataStart: 2048, extents: volumes } };
  const lvs: Metadata['lvs'] = {};
  for (let i = 0; i < volumes; i++) {
    const id = `${'v'.repeat(15)}${i.toString(8).padStart(5, '0')}`.replaceAll('0', 'o').replaceAll('1', 'l');
    lvs[id] = { name: `volume${i}`, segments: [{ start: 0, count: 1, type: 'linear', areas: [{ pv: ids.pv1, extent: i }] }] };
  }
  const pv = groupNowhere.envelope.pvs[ids.pv1];
  const envelope = { ...groupNowhere.envelope, pvs: { [ids.pv1]: pv } };
  return JSON.stringify({ ...groupNowhere, envelope, devices: {}, metadata: { ...groupNowhere.metadata, pvs, lvs } });
}

interface Loud {
  name: string;
  argv: string[];
  output: string;
  /** Notes for people on standard error. */
  notes: string;
}

const input = bigGroup(2000);
let loud: Promise<Loud[]> | undefined;

/** Calls that print more than a pipe holds (64 KiB). */
function loudCalls(): Promise<Loud[]> {
  loud ??= findLoudCalls();
  return loud;
}

async function findLoudCalls(): Promise<Loud[]> {
  const pure = new Set(toolFiles().flatMap((f) => (purePackages.includes(f.package) ? [f.name] : [])));
  const calls = (await readers()).filter((r) => pure.has(r.tool.name)).map((r) => ({ name: r.tool.name, argv: r.argv }));
  const ended = await inBatches(calls, (c) => runProcess(toolPath(c.name), c.argv, { input }));
  return calls
    .map((c, i) => ({ ...c, output: ended[i]?.stdout ?? '', notes: ended[i]?.stderr ?? '' }))
    .filter((c) => c.output.length > 65_536);
}

test('some tools print that much', async () => {
  assert.ok((await loudCalls()).some((c) => c.name === 'report'));
});

test('whole, and the same again, for a slow reader', async () => {
  await inBatches(await loudCalls(), async ({ name, argv, output, notes }) => {
    const command = ['-o', 'pipefail', '-c', '"$0" "$@" | (sleep 0.3; cat)', toolPath(name), ...argv];
    const { code, stdout, stderr } = await runProcess('bash', command, { input });
    assert.equal([code, stderr], [0, notes], name);
    assert.ok(stdout === output, `${name}: ${stdout.length} of ${output.length} bytes, or other ones`);
  });
});

test('no word when the reader leaves', async () => {
  await inBatches(await loudCalls(), async ({ name, argv, notes }) => {
    const { code, signal, stderr } = await runProcess(toolPath(name), argv, { input, leave: true });
    assert.equal([code, signal, stderr], [0, null, notes], name);
  });
});

test('a full disk is an error, not a short document', async () => {
  await inBatches(await loudCalls(), async ({ name, argv }) => {
    const command = ['-c', 'exec "$0" "$@" > /dev/full', toolPath(name), ...argv];
    const { code, stderr } = await runProcess('sh', command, { input });
    assert.is(code, 73, name);
    assert.is(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '').code, 'no-output', name);
  });
});

test.run();
