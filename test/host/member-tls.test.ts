import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { assert, suite } from '#test/support/check.js';
import { until } from '#test/support/dvs.js';
import { type MemberRig, type RunningMember, withMembers } from '#test/support/members.js';
import { type Issued, TestCa } from '#test/support/test-ca.js';

/** What strangers and broken peers can do to a member: nothing, and it is told once. */
const test = suite('member: who is not let in');

/** Sends one request as the holder of a certificate; the status, or the error's code. */
function send(to: RunningMember, as: Issued | undefined, body: string, more: object = {}): Promise<string> {
  const [host, port] = to.address.split(':');
  const pem = as && { cert: readFileSync(as.cert), key: readFileSync(as.key) };
  return new Promise((resolve) => {
    const options = { host, port, method: 'POST', path: '/member', ...pem, rejectUnauthorized: false, agent: false, ...more };
    const sent = request(options, (response) => {
      response.resume();
      response.on('close', () => resolve(String(response.statusCode)));
    });
    sent.on('error', (e: NodeJS.ErrnoException) => resolve(e.code ?? e.message));
    sent.end(body);
  });
}

const ping = JSON.stringify({ kind: 'ping', node: 'a', updates: [] });
const forged = JSON.stringify({
  kind: 'gossip',
  updates: [{ status: 'alive', node: 'evil', incarnation: 0, address: '127.0.0.1:1', meta: {}, protocol: 1 }],
});

async function refusedOnce(rig: MemberRig, a: RunningMember, count: number): Promise<void> {
  await until(() => a.log().filter((l) => l.event === 'refused').length >= count, 'it is told');
  assert.is(a.log().filter((l) => l.event === 'refused').length, count);
  assert.equal(await rig.seenBy('a'), ['a alive'], 'and has no effect');
}

test('no certificate, another CA, one out of date, one revoked: no handshake', () =>
  withMembers(async (rig) => {
    const revoked = rig.ca.issue('revoked');
    const a = await rig.start('a', { words: ['--crl', rig.ca.revoke(revoked)] });
    assert.is(await send(a, rig.ca.issue('b'), ping), '200', 'a node of the fleet is let in');
    const strangers = {
      nobody: undefined,
      foreign: new TestCa(rig.dir, 'other').issue('b'),
      late: rig.ca.issue('b', -1),
      revoked,
    };
    for (const [who, issued] of Object.entries(strangers))
      for (const _ of [1, 2]) assert.not.match(await send(a, issued, forged), /^[0-9]+$/, who);
    await until(() => a.log().filter((l) => l.event === 'refused').length > 0, 'it is told');
    const reasons = a.log().flatMap((l) => (l.event === 'refused' ? [`${l.peer} ${l.reason}`] : []));
    assert.is(new Set(reasons).size, reasons.length, 'each reason once');
    assert.equal(await rig.seenBy('a'), ['a alive']);
  }));

for (const [what, body, status, more] of [
  ['not JSON', '{', '400', {}],
  ['unknown fields', '{"kind":"ping","node":"a","updates":[],"from":"me"}', '400', {}],
  ['a name that is none', '{"kind":"ping","node":"../a","updates":[]}', '400', {}],
  ['more than is taken', `{"kind":"ping","node":"a","updates":[],"x":"${'x'.repeat(9 << 20)}"}`, /^(400|EPIPE|ECONNRESET)$/, {}],
  ['another path', ping, '400', { path: '/etc/passwd' }],
  ['another method', '', '400', { method: 'GET' }],
] as const)
  test(`${what}, from a node of the fleet: refused, told once`, () =>
    withMembers(async (rig) => {
      const a = await rig.start('a');
      const b = rig.ca.issue('b');
      for (const _ of [1, 2]) {
        const got = await send(a, b, body, more);
        if (typeof status === 'string') assert.is(got, status);
        else assert.match(got, status);
      }
      await refusedOnce(rig, a, 1);
    }));

test('who is not a node of the name meant is not talked to', () =>
  withMembers(async (rig) => {
    const a = await rig.start('a');
    const liar = JSON.stringify({
      kind: 'gossip',
      updates: [{ status: 'alive', node: 'c', incarnation: 0, address: a.address, meta: {}, protocol: 1 }],
    });
    assert.is(await send(a, rig.ca.issue('b'), liar), '200');
    await until(() => rig.told('a', 'failed', 'c'), 'nobody at that address is c');
  }));

test('noise on the wire: the member stays up', () =>
  withMembers(async (rig) => {
    const a = await rig.start('a');
    const [host, port] = a.address.split(':');
    for (let i = 0; i < 20; i++)
      await new Promise((done) => {
        const socket = connect(Number(port), host, () => socket.end(Buffer.alloc(1 + i * 100, i)));
        socket.on('close', done).on('error', () => {});
      });
    assert.is(await send(a, rig.ca.issue('b'), ping), '200');
  }));
test.run();
