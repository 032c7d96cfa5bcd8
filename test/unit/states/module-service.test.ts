import { serviceModule } from '#states/modules/service/service.js';
import type { Runner } from '#states/modules/system/program.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { ask } from '#test/support/state-module.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('module service');

/** What systemctl would say of one unit, and what it was told. */
function systemd(unit: { LoadState?: string; ActiveState: string; UnitFileState: string }) {
  const told: string[] = [];
  const runner: Runner = async ({ args }) => {
    const [, verb = ''] = args;
    if (verb !== 'show') told.push(verb);
    if (verb === 'start') unit.ActiveState = 'active';
    if (verb === 'enable') unit.UnitFileState = 'enabled';
    const text = Object.entries({ LoadState: 'loaded', ...unit })
      .map(([k, v]) => `${k}=${v}\n`)
      .join('');
    const failed = verb === 'restart' && unit.ActiveState === 'failed';
    return {
      code: failed ? 1 : 0,
      signal: null,
      stdout: Buffer.from(text),
      stderr: Buffer.from(failed ? 'Job failed\n' : ''),
      cut: false,
    };
  };
  return { told, module: serviceModule(runner) };
}

test('running and enabled, once; check changes nothing', async () => {
  const { told, module } = systemd({ ActiveState: 'inactive', UnitFileState: 'disabled' });
  assert.equal((await ask(module, 'check', 'running', 'x', { enable: true })).comment, 'service "x" would: enable, start');
  assert.equal(told, []);
  const answer = await ask(module, 'apply', 'running', 'x', { enable: true });
  assert.equal([answer.changed, told, answer.output], [true, ['enable', 'start'], { active: true, enabled: 'enabled' }]);
  assert.is((await ask(module, 'apply', 'running', 'x', { enable: true })).changed, false);
});

test('dead, disabled, masked, static', async () => {
  const steps = async (unit: Parameters<typeof systemd>[0], f: string, args = {}) => {
    const { told, module } = systemd(unit);
    await ask(module, 'apply', f, 'x', args);
    return told;
  };
  assert.equal(await steps({ ActiveState: 'active', UnitFileState: 'enabled' }, 'dead', { enable: false }), ['disable', 'stop']);
  assert.equal(await steps({ ActiveState: 'active', UnitFileState: 'masked' }, 'enabled'), ['unmask', 'enable']);
  assert.equal(await steps({ ActiveState: 'active', UnitFileState: 'static' }, 'enabled'), []);
  assert.equal(await steps({ ActiveState: 'active', UnitFileState: 'enabled' }, 'disabled'), ['disable']);
});

test('the watch action restarts, or reloads', async () => {
  const { told, module } = systemd({ ActiveState: 'active', UnitFileState: 'enabled' });
  await ask(module, 'watch', 'running', 'x');
  await ask(module, 'watch', 'running', 'x', { reload: true });
  assert.equal(told, ['restart', 'reload-or-restart']);
});

test('a service that is not there, one that fails, functions without a watch action', async () => {
  const code = async (work: () => unknown) => (await thrown<DvmError>(work)).code;
  const lost = systemd({ LoadState: 'not-found', ActiveState: 'inactive', UnitFileState: '' });
  assert.is(await code(() => ask(lost.module, 'check', 'running', 'x')), 'no-service');
  const bad = systemd({ ActiveState: 'failed', UnitFileState: 'enabled' });
  assert.is(await code(() => ask(bad.module, 'watch', 'running', 'x')), 'systemctl-failed');
  assert.is(await code(() => ask(bad.module, 'watch', 'enabled', 'x')), 'no-watch-action');
  const none = serviceModule(async () => ({
    code: null,
    signal: null,
    stdout: Buffer.alloc(0),
    stderr: Buffer.alloc(0),
    cut: false,
    problem: 'ENOENT',
  }));
  assert.is(await code(() => ask(none, 'check', 'running', 'x')), 'no-systemctl');
});

test.run();
