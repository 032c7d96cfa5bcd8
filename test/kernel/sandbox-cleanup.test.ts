import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { startSandbox } from '#test/sandbox/sandbox.js';
import { assert, skipped, suite } from '#test/support/check.js';

const test = suite('sandbox: nothing is left behind');

/** Set when this file is started again, as the program that boots a guest and is then killed. */
const VICTIM = 'SANDBOX_VICTIM';
const nobody = 65534;

/** Processes of the machine that name `work` on their command line: the guest's kernel, its helpers and its keeper. */
function processesOf(work: string): number[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(work))
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

async function goneSoon(work: string): Promise<void> {
  for (let i = 0; i < 500 && (existsSync(work) || processesOf(work).length > 0); i++) await sleep(20);
  assert.equal([existsSync(work), processesOf(work)], [false, []]);
}

/** Another process that boots a guest; calls `f` with it and the guest's work directory once the guest's command runs. */
async function withVictim(f: (pid: number, work: string) => void): Promise<void> {
  const victim = spawn(process.execPath, [process.argv[1] ?? ''], {
    env: { ...process.env, [VICTIM]: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [chunk] = await once(victim.stdout, 'data');
  const work = String(chunk).trim();
  assert.ok(existsSync(work) && processesOf(work).length > 1);
  f(victim.pid ?? 0, work);
  await once(victim, 'exit');
  await goneSoon(work);
}

async function beVictim(): Promise<void> {
  const guest = startSandbox({
    command: ['sh', '-c', 'echo ready; sleep 1000'],
    onOutput: () => process.stdout.write(guest.work),
  });
  await guest.result;
}

test('after a run there is no process and no directory', async () => {
  const guest = startSandbox({ command: ['sh', '-c', 'setsid sleep 1000 & sleep 1000 & exit 3'], disks: ['1G'] });
  assert.ok(existsSync(guest.work));
  const { code } = await guest.result;
  assert.equal([code, existsSync(guest.work), processesOf(guest.work)], [3, false, []]);
});

test('nor after a guest killed while it boots', async () => {
  const guest = startSandbox({ command: ['true'] });
  guest.kill();
  const { killed } = await guest.result;
  assert.equal([killed, existsSync(guest.work), processesOf(guest.work)], [true, false, []]);
});

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const)
  test(`nor when the program that started it gets ${signal}`, () => withVictim((pid) => process.kill(pid, signal)));

test('a guest does not outlive its keeper', async () => {
  const guest = startSandbox({
    command: ['sh', '-c', 'echo ready; sleep 1000'],
    onOutput: () => process.kill(guest.pid, 'SIGKILL'),
  });
  const { code, failure } = await guest.result;
  assert.is(code, 125);
  assert.match(failure ?? '', /^the guest died/);
  await goneSoon(guest.work);
});

test('an ordinary user can do all this', async () => {
  const isRoot = process.getuid?.() === 0;
  const guest = startSandbox({
    command: ['sh', '-c', 'id -u; dmsetup targets | grep -c linear'],
    disks: ['8M'],
    cwd: '/',
    user: isRoot ? { uid: nobody, gid: nobody } : undefined,
  });
  const keeper = readFileSync(`/proc/${guest.pid}/status`, 'utf8');
  const r = await guest.result;
  assert.not.match(keeper, /^Uid:\s+0\s/m);
  assert.match(keeper, /^CapEff:\s+0+$/m);
  assert.equal([r.stdout, r.stderr, r.code, existsSync(guest.work)], ['0\n1\n', '', 0, false]);
});

const missing = sandboxMissing();
if (process.env[VICTIM]) void beVictim();
else if (missing) skipped(7, missing);
else test.run();
