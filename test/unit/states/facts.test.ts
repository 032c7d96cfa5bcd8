import { factsHere, osFacts } from '#states/facts/facts.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('facts');

test('what os-release says, quoted or not', () => {
  assert.equal(osFacts('NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=\'bookworm\'\nID_LIKE="a b"\n'), {
    os: 'debian',
    os_like: ['a', 'b'],
    os_version: '12',
    os_codename: 'bookworm',
  });
  assert.equal(osFacts(''), { os: 'linux', os_like: [], os_version: '', os_codename: '' });
});

test('this node', () => {
  const facts = factsHere('n1', ['web']);
  assert.is(facts.node, 'n1');
  assert.equal(facts.roles, ['web']);
  for (const key of ['host', 'os', 'kernel', 'arch']) assert.ok(typeof facts[key] === 'string' && facts[key] !== '', key);
  for (const key of ['cpus', 'memory']) assert.ok(Number(facts[key]) > 0, key);
});

test.run();
