import type { Store } from '#dots/store.js';
import { branch } from '#dots/verbs/branch.js';
import { checkout } from '#dots/verbs/checkout.js';
import { commit } from '#dots/verbs/commit.js';
import { fork } from '#dots/verbs/fork.js';
import { gc } from '#dots/verbs/gc.js';
import { init } from '#dots/verbs/init.js';
import { remove } from '#dots/verbs/remove.js';
import { rollback } from '#dots/verbs/rollback.js';
import { suite } from '#test/support/check.js';
import { type Case, diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { dots } from '#test/support/sim-dots.js';
import { mutate, type Run, tm } from '#test/support/tm-crash.js';
import { poolsAgree } from '#test/support/tm-thin-cases.js';
import { init as initGroup } from '#tm/members.js';

/** Verbs, cut short everywhere: one transaction each, so all of it has happened or nothing. */
const test = suite('dots crash');

const dot = { namespace: 'admin', name: 'shop' };
const commits = (message: string) => (store: Store) => commit(store, { dot, author: 'me', message });
const withPool: Run[] = [
  tm((ctx) => initGroup(ctx, [['vg_create']], false)),
  mutate(['lv_thin_pool', 'pool', '--extents', '20']),
];
const made = dots((store) => init(store, { dot, size: 1 << 30, fs: 'ext4' }));
const threeCommits: Run[] = [...withPool, made, dots(commits('one'), commits('two'), commits('three'))];
const withFix: Run[] = [...threeCommits, dots((store) => branch(store, { dot, name: 'fix', at: 'HEAD^' }))];

const verb = (name: string, prepare: Run[], ...work: ((store: Store) => Promise<unknown>)[]): Case => ({
  ...{ name, devices: 2, prepare, change: dots(...work), holds: poolsAgree },
});

const cases: Case[] = [
  verb('first commit', [...withPool, made], commits('one')),
  verb('commit', threeCommits, commits('four')),
  verb('branch', threeCommits, (store) => branch(store, { dot, name: 'fix', at: 'HEAD^' })),
  verb('checkout', withFix, (store) => checkout(store, { dot, branch: 'fix' })),
  verb('rollback over two commits', threeCommits, (store) => rollback(store, { dot, to: 'HEAD^^', force: false })),
  verb('fork', threeCommits, (store) => fork(store, { dot, as: { namespace: 'ann', name: 'own' } })),
  verb('delete a branch', withFix, (store) => remove(store, { dot: { ...dot, branch: 'fix' } })),
  verb('delete', withFix, (store) => remove(store, { dot })),
  verb('gc', [...threeCommits, dots(leftOver)], (store) => gc(store)),
];

/** An init that was cut short. */
async function leftOver(store: Store): Promise<void> {
  const host = { ...store.host, format: () => Promise.reject(new Error('cut')) };
  await init({ ...store, host }, { dot: { ...dot, name: 'other' }, size: 1 << 20, fs: 'ext4' }).catch(() => {});
}

diesAtEveryStep(test, cases);
failsAtEveryIoctl(test, cases);

test.run();
