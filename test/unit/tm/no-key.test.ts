import { assert, suite, thrown } from '#test/support/check.js';
import { mutate, settledState } from '#test/support/tm-crash.js';
import { TmWorld } from '#test/support/tm-world.js';
import { init } from '#tm/members.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('tm and keys that are not there');

test('an encrypted volume whose key is missing is not made, and the keyring is named', async () => {
  const world = new TmWorld(2);
  await init(await world.context([0, 1]), [['vg_create']], false);
  const before = await settledState(world);
  const make = mutate(['lv_crypt', 'e', '--extents', '2', '--key', 'logon:absent']);
  const e = await thrown<DvmError>(() => make(world));
  assert.equal([e.code, e.exitCode], ['no-key', 80]);
  assert.match(e.message, /^key of encrypted device "vg-e" is not in the keyring of the kernel; nothing was changed$/);
  assert.match(e.hint ?? '', 'keyctl padd logon');
  assert.is(await settledState(world), before);
});

test.run();
