import { settingsOf } from '#service/config.js';
import { type Action, addressOf, parsePayload, parseRequest } from '#service/jobs/request.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

/** Messages of senders, as the service takes or refuses them before it has looked at the machine. */
const test = suite('requests');
const rules = settingsOf({ roots: ['/mnt', '/srv/volumes'], limits: { payloadBytes: 300, sizeMB: 10_000 } }, 'node');

function request(action: Action, text: string | object) {
  const payload = Buffer.from(typeof text === 'string' ? text : JSON.stringify(text));
  return parseRequest(action, parsePayload(payload, rules), rules);
}

const noteCreate = `{
  "job" : "1234567890",
  "sipId" : "abcdefghi",
  "mountPount" : "/mnt",
  "volumeSize" : "5000"
}`;

test('a create as it has always been written', () => {
  const expected = { action: 'create', sender: 'abcdefghi', job: '1234567890', mountPoint: '/mnt', sizeMB: 5000 };
  assert.equal(request('create', noteCreate), expected);
});

test('the other spelling of every field, a number for a size, and what else a message holds', () => {
  const message = { jobId: '1', sipId: 's', mountPoint: '/mnt/a', volumeSize: 7, colour: 'blue' };
  assert.equal(request('create', message), { action: 'create', sender: 's', job: '1', mountPoint: '/mnt/a', sizeMB: 7 });
  assert.equal(request('delete', message), { action: 'delete', sender: 's', job: '1', mountPoint: '/mnt/a' });
});

test('both spellings, alike', () => {
  const message = { job: '1', jobId: '1', sipId: 's', mountPount: '/mnt', mountPoint: '/mnt' };
  assert.is(request('delete', message).job, '1');
});

const sound = { job: '1', sipId: 's', mountPoint: '/mnt/a', volumeSize: '10' };
const refusals: Record<string, [object | string, string]> = {
  'no JSON': ['garbage', 'bad-json'],
  'cut off': [noteCreate.slice(0, 50), 'bad-json'],
  'not UTF-8': [Buffer.from([0x7b, 0xff]).toString('latin1'), 'bad-json'],
  'nested without end': ['['.repeat(250), 'bad-json'],
  'a list': [[], 'bad-request'],
  null: ['null', 'bad-request'],
  'too long': [{ ...sound, more: 'x'.repeat(300) }, 'too-long'],
  'no job': [{ ...sound, job: undefined }, 'bad-request'],
  'two jobs': [{ ...sound, jobId: '2' }, 'bad-request'],
  'two mount points': [{ ...sound, mountPount: '/mnt/b' }, 'bad-request'],
  'no mount point': [{ ...sound, mountPoint: undefined }, 'bad-request'],
  'no size': [{ ...sound, volumeSize: undefined }, 'bad-request'],
  'a sender that is a wildcard': [{ ...sound, sipId: '+' }, 'bad-request'],
  'size zero': [{ ...sound, volumeSize: '0' }, 'bad-size'],
  'size zero as a number': [{ ...sound, volumeSize: 0 }, 'bad-size'],
  'negative size': [{ ...sound, volumeSize: '-5' }, 'bad-request'],
  'size past the limit': [{ ...sound, volumeSize: '10001' }, 'bad-size'],
  'size past all numbers': [{ ...sound, volumeSize: '9'.repeat(40) }, 'bad-request'],
  'relative path': [{ ...sound, mountPoint: 'mnt/a' }, 'bad-mount-point'],
  'path that climbs': [{ ...sound, mountPoint: '/mnt/../etc' }, 'bad-mount-point'],
  'path with a dot': [{ ...sound, mountPoint: '/mnt/./a' }, 'bad-mount-point'],
  'path with two slashes': [{ ...sound, mountPoint: '/mnt//a' }, 'bad-mount-point'],
  'path that ends with a slash': [{ ...sound, mountPoint: '/mnt/a/' }, 'bad-mount-point'],
  'path beside a root': [{ ...sound, mountPoint: '/mnt2' }, 'bad-mount-point'],
  'path above a root': [{ ...sound, mountPoint: '/srv' }, 'bad-mount-point'],
  'path with a newline': [{ ...sound, mountPoint: '/mnt/a\nb' }, 'bad-mount-point'],
  'long path': [{ ...sound, mountPoint: `/mnt/${'a'.repeat(2000)}` }, 'too-long'],
};

for (const [why, [message, code]] of Object.entries(refusals))
  test(`refused: ${why}`, async () => {
    const e = await thrown<DvmError>(() => request('create', message));
    assert.is(e.code, code, e.message);
  });

test('a path of more than 1,024 bytes is refused however long messages may be', async () => {
  const wide = settingsOf({ limits: { payloadBytes: 100_000 } }, 'node');
  const e = await thrown<DvmError>(() => parseRequest('create', { ...sound, mountPoint: `/mnt/${'a'.repeat(2000)}` }, wide));
  assert.match(e.message, /is longer than 1024 bytes/);
});

test('senders are let in by name, where the config names them', async () => {
  const e = await thrown<DvmError>(() => parseRequest('create', sound, { ...rules, senders: ['x'] }));
  assert.is(e.code, 'not-a-sender');
  assert.is(parseRequest('create', sound, { ...rules, senders: ['x', 's'] }).sender, 's');
});

test('what is refused can still be answered when it says who asked', () => {
  assert.equal(addressOf({ job: '1', sipId: 's', volumeSize: {} }), { sender: 's', job: '1' });
  assert.equal(addressOf({ jobId: '1', sipId: 's' }), { sender: 's', job: '1' });
  for (const message of [undefined, 1, 'x', null, {}, { job: '1' }, { job: '1', sipId: '#' }, { job: ['1'], sipId: 's' }])
    assert.is(addressOf(message), undefined, JSON.stringify(message));
});

test.run();
