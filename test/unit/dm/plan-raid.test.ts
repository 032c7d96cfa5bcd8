import type { Current, Desired } from '#dm/documents.js';
import { plan } from '#dm/planner/plan.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('plans over raid');

test('an image that takes the sectors of the volume above it comes up before the commit', () => {
  const uuid = (layer = '') => `DVM-g-a${layer}`;
  const live = { openCount: 1, suspended: false, readOnly: false, inactive: false };
  const targets = [{ type: 'linear', size: 800, args: '8:0 100' }];
  const current: Current = {
    kind: 'current',
    version: 1,
    devices: { 'vg-a': { ...live, uuid: uuid(), dev: '254:0', targets, deps: ['8:0'] } },
  };
  const hidden = (name: string, args: string) => ({
    name,
    hidden: true as const,
    targets: [{ type: 'linear', size: 800, args }],
  });
  const desired: Desired = {
    kind: 'desired',
    version: 1,
    scope: 'DVM-g',
    devices: {
      [uuid()]: { name: 'vg-a', targets: [{ type: 'raid', size: 800, args: 'raid1 1 0 2 @m0 @i0 @m1 @i1' }] },
      [uuid('-i0')]: hidden('i0', '8:0 100'),
      [uuid('-i1')]: hidden('i1', '8:16 100'),
      [uuid('-m0')]: hidden('m0', '8:0 900'),
      [uuid('-m1')]: hidden('m1', '8:16 900'),
    },
  };
  const { phases } = plan(current, desired);
  const of = (op: string, phase: 'phase1' | 'phase2'): string[] =>
    phases[phase].flatMap((i) => (i.op === op && 'id' in i && i.id ? [i.id.name] : []));
  assert.equal([...new Set(of('resume', 'phase1'))].sort(), ['i0', 'i1', 'm0', 'm1']);
  assert.equal([...new Set(of('suspend', 'phase2'))], ['vg-a']);
  assert.equal([...new Set(of('resume', 'phase2'))], ['vg-a']);
});

test.run();
