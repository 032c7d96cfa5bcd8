import { path, type Shape } from '#metadata/raid/shapes.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('the way from one shape to another');

const linear: Shape = { type: 'linear', data: 1, stripeSize: 0 };
const stripes: Shape = { type: 'striped', data: 2, stripeSize: 128 };

/** Each step in a word: `=` for a takeover, `~` for a reshape, then what it leads to. */
function way(from: Shape, type: string, { data = from.data, stripeSize = from.stripeSize || 128 } = {}): string | undefined {
  const matches = (s: Shape): boolean =>
    s.type.startsWith(type) && s.data === data && (s.stripeSize === 0 || s.stripeSize === stripeSize);
  const moves = path(from, matches, { data, stripeSize });
  return moves?.map((m) => `${m.kind === 'takeover' ? '=' : '~'}${m.to.type} ${m.to.data}/${m.to.stripeSize}`).join(', ');
}

test('what lies alike is taken over at once', () => {
  assert.is(way(stripes, 'striped'), '');
  for (const type of ['raid0', 'raid4', 'raid5_n', 'raid6_n_6', 'raid10']) assert.is(way(stripes, type), `=${type} 2/128`);
  for (const r of ['la', 'ra', 'ls', 'rs'])
    assert.is(way({ ...stripes, type: `raid5_${r}` as Shape['type'] }, 'raid6'), `=raid6_${r}_6 2/128`);
  assert.is(way(linear, 'raid5_ls'), '=raid1 1/0, =raid5_ls 1/128');
});

test('everything else is laid out anew', () => {
  assert.is(way(stripes, 'raid6_zr'), '=raid6_n_6 2/128, ~raid6_zr 2/128');
  assert.is(way({ ...stripes, type: 'raid5_ls' }, 'raid5_ls', { data: 4 }), '~raid5_ls 4/128');
  assert.is(way({ ...stripes, type: 'raid5_ls' }, 'raid5_ls', { stripeSize: 64 }), '~raid5_ls 2/64');
  assert.is(way({ ...stripes, type: 'raid4' }, 'raid5_n'), '~raid5_n 2/128');
  assert.is(way({ ...stripes, type: 'raid10' }, 'raid10', { data: 3 }), '~raid10 3/128');
  assert.is(way({ ...stripes, type: 'raid10' }, 'raid10', { data: 1 }), undefined);
  assert.match(way(linear, 'raid6', { data: 3 }) ?? '', /^=raid1 1\/0, =raid5_\w+ 1\/128, ~raid5_\w+ 3\/128, =raid6_\w+ 3\/128$/);
});

test('redundancy is not given up on the way', () => {
  const steps = way({ ...stripes, type: 'raid4' }, 'raid6_n_6') ?? '';
  assert.is(steps, '~raid5_n 2/128, =raid6_n_6 2/128');
  assert.is(way({ ...stripes, type: 'raid10' }, 'raid5'), undefined);
});

test.run();
