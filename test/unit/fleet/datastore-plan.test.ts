import type { Member } from '#etcd/cluster.js';
import type { Intent, Report } from '#fleet/datastore/documents.js';
import { defaultRules } from '#fleet/datastore/gather.js';
import { nextStep, type Step, type View } from '#fleet/datastore/plan.js';
import { assert, suite } from '#test/support/check.js';

/** What is decided about a datastore's members, case by case; datastore-storms.test.ts plays it through. */
const test = suite('datastore plan');

function member(node: string, more: Partial<Member> = {}): Member {
  const peerUrls = [`https://${node}:2380`];
  return { id: idOf(node), name: `${node}_aaaaaaaa`, peerUrls, clientUrls: [`https://${node}:2379`], learner: false, ...more };
}

function idOf(node: string): string {
  return String(node.charCodeAt(0));
}

function report(node: string, more: Partial<Report> = {}): [string, Report] {
  const [peerUrl, clientUrl] = [`https://${node}:2380`, `https://${node}:2379`];
  return [node, { kind: 'datastore-report', version: 1, node, peerUrl, clientUrl, dead: [], ...more }];
}

const holding = (node: string, dead: string[] = []) => report(node, { holds: `${node}_aaaaaaaa`, dead });

/** Three voters that are up and a spare, seen from a. */
function view(more: Partial<View> = {}): View {
  return {
    now: 100_000,
    self: 'a',
    rules: defaultRules,
    intent: undefined,
    members: ['a', 'b', 'c'].map((node) => member(node)),
    reports: new Map([holding('a'), holding('b'), holding('c'), report('d')]),
    dead: new Map(),
    intentSince: 100_000,
    newName: (node) => `${node}_nnnnnnnn`,
    ...more,
  };
}

/** The same with c dead for a minute, as a and b see it. */
function withDead(more: Partial<View> = {}): View {
  return view({
    reports: new Map([holding('a', ['c']), holding('b', ['c']), report('d', { dead: ['c'] })]),
    dead: new Map([['c', 40_000]]),
    ...more,
  });
}

const base = { kind: 'datastore-intent', version: 1, by: 'a', passedOver: [] as string[] } as const;
const candidate = { node: 'd', name: 'd_nnnnnnnn', peerUrl: 'https://d:2380' };
const victim = { node: 'c', id: idOf('c') };
const replacing: Intent = { ...base, passedOver: [], reason: 'failed', victim, candidate };
const learner = member('d', { learner: true, name: '' });

function stepIs(given: View, expected: Step): void {
  assert.equal(nextStep(given), expected);
}

test('all are up: nothing', () => stepIs(view(), { kind: 'idle' }));

test('dead beyond the grace, and a voter agrees: an intent, with the spare', () =>
  stepIs(withDead(), { kind: 'intend', intent: replacing }));

test('within the grace nothing happens', () => {
  stepIs(withDead({ dead: new Map([['c', 99_500]]) }), { kind: 'idle' });
});

test('this node alone takes it for dead: membership alone is not enough', () => {
  stepIs(withDead({ reports: new Map([holding('a', ['c']), holding('b'), report('d', { dead: ['c'] })]) }), { kind: 'idle' });
});

test('no spare: the member stays, and operators are told', () => {
  const reports = new Map([holding('a', ['c']), holding('b', ['c'])]);
  assert.is(nextStep(withDead({ reports })).kind, 'wait');
});

test('without the victim there must be a quorum: two of three dead change nothing', () => {
  const dead = new Map([['b', 0], ['c', 0]]); // biome-ignore format: pairs
  const reports = new Map([holding('a', ['b', 'c']), report('d', { dead: ['b', 'c'] })]);
  stepIs(view({ dead, reports }), { kind: 'idle' }); // and no voter is left to agree
  const step = nextStep(view({ dead, reports, intent: replacing }));
  assert.equal(step, { kind: 'wait', why: 'without "c" there is no quorum' });
});

test('the victim is removed first, by its id', () =>
  stepIs(withDead({ intent: replacing }), { kind: 'remove', node: 'c', id: idOf('c') }));

test('the victim is back before it was removed: nothing is done to it', () => {
  stepIs(view({ intent: replacing }), { kind: 'clear', why: '"c" is back' });
});

test('then the candidate becomes a learner', () => {
  const members = [member('a'), member('b')];
  stepIs(withDead({ intent: replacing, members }), { kind: 'add', peerUrl: 'https://d:2380', intent: replacing });
});

test('once it is one, the intent tells it what to start with: exactly the list of the cluster', () => {
  const members = [member('a'), member('b'), learner];
  const cluster = 'a_aaaaaaaa=https://a:2380,b_aaaaaaaa=https://b:2380,d_nnnnnnnn=https://d:2380';
  const intent = { ...replacing, added: { id: idOf('d'), cluster } };
  stepIs(withDead({ intent: replacing, members }), { kind: 'intend', intent });
});

const added: Intent = { ...replacing, added: { id: idOf('d'), cluster: 'x' } };

test('it is waited for until it has started and says so, then promoted, then all is done', () => {
  const before = [member('a'), member('b')];
  assert.is(nextStep(withDead({ intent: added, members: [...before, learner] })).kind, 'wait');
  const started = { ...learner, name: 'd_nnnnnnnn' };
  // promoted now, it would be taken for a node that has lost its data
  assert.is(nextStep(withDead({ intent: added, members: [...before, started] })).kind, 'wait');
  const reports = new Map([holding('a', ['c']), holding('b', ['c']), report('d', { holds: 'd_nnnnnnnn' })]);
  stepIs(withDead({ intent: added, members: [...before, started], reports }), { kind: 'promote', id: idOf('d') });
  const voting = { ...started, learner: false };
  stepIs(withDead({ intent: added, members: [...before, voting], reports }), { kind: 'clear', why: '"d" is a voter' });
});

test('what an order waits for in vain is given up: something else may be more pressing', () => {
  const dead = new Map([['b', 0], ['c', 0]]); // biome-ignore format: pairs
  const asked: Intent = { ...base, passedOver: ['a'], reason: 'asked', victim: { node: 'a', id: idOf('a') } };
  assert.is(nextStep(view({ dead, intent: asked })).kind, 'wait');
  assert.is(nextStep(view({ dead, intent: asked, intentSince: 60_000 })).kind, 'clear');
});

test('a node that holds its member after all is left alone', () => {
  const hollow: Intent = {
    ...base,
    passedOver: [],
    reason: 'hollow',
    victim,
    candidate: { ...candidate, node: 'c', name: 'c_nnnnnnnn' },
  };
  stepIs(view({ intent: hollow }), { kind: 'clear', why: '"c" is back' });
});

test('a dead one without a spare does not keep a node from being done without', () => {
  const reports = new Map([holding('a', ['c']), holding('b', ['c'])]);
  const rules = { ...defaultRules, excluded: ['c'] };
  stepIs(withDead({ reports, rules }), { kind: 'intend', intent: { ...base, passedOver: [], reason: 'asked', victim } });
});

test('a candidate that does not come up is taken out again, and the next one tried', () => {
  const members = [member('a'), member('b'), learner];
  stepIs(withDead({ intent: added, members, intentSince: 60_000 }), { kind: 'remove', id: idOf('d'), node: 'd' });
  const reports = new Map([holding('a', ['c']), holding('b', ['c']), report('d'), report('e')]);
  const next = { ...base, reason: 'failed' as const, victim, passedOver: ['d'] };
  const other = { node: 'e', name: 'e_nnnnnnnn', peerUrl: 'https://e:2380' };
  stepIs(withDead({ intent: added, members: [member('a'), member('b')], reports }), {
    kind: 'intend',
    intent: { ...next, candidate: other },
  });
});

test('a candidate that dies at once is given up at once', () => {
  const dead = new Map([['c', 0], ['d', 99_999]]); // biome-ignore format: pairs
  const members = [member('a'), member('b'), learner];
  stepIs(withDead({ intent: added, members, dead }), { kind: 'remove', id: idOf('d'), node: 'd' });
});

test('a learner that no intent knows is taken out', () =>
  stepIs(view({ members: [member('a'), member('b'), learner] }), { kind: 'remove', id: idOf('d'), node: '' }));

test('too few members, and a node that is free: one more', () => {
  const reports = new Map([holding('a'), holding('b'), report('d')]);
  const intent: Intent = { ...base, passedOver: [], reason: 'too-few', candidate };
  stepIs(view({ members: [member('a'), member('b')], reports }), { kind: 'intend', intent });
});

test('a member whose node has lost its data takes its own place, under a new name', () => {
  const reports = new Map([holding('a'), holding('b'), report('c')]);
  const itself = { node: 'c', name: 'c_nnnnnnnn', peerUrl: 'https://c:2380' };
  stepIs(view({ reports }), { kind: 'intend', intent: { ...base, passedOver: [], reason: 'hollow', victim, candidate: itself } });
});

test('a node that is to carry nothing is replaced, or done without', () => {
  const rules = { ...defaultRules, excluded: ['c'] };
  stepIs(view({ rules }), { kind: 'intend', intent: { ...base, passedOver: [], reason: 'asked', victim, candidate } });
  const alone = new Map([holding('a'), holding('b'), holding('c')]);
  stepIs(view({ rules, reports: alone }), { kind: 'intend', intent: { ...base, passedOver: [], reason: 'asked', victim } });
});

test.run();
