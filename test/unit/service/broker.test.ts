import { backoff } from '#daemon/backoff.js';
import { Outbox, type Publish } from '#service/broker/outbox.js';
import { brokerUrl } from '#service/broker/url.js';
import { settingsOf } from '#service/config.js';
import { actionOf, answerTopic, failureTopic, presenceTopic, subscription } from '#service/topics.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('broker');

test('a broker is a host, a host with a port, or a URL', () => {
  const cases = {
    'broker.example': 'mqtt://broker.example:1883',
    '10.0.0.1:1884': 'mqtt://10.0.0.1:1884',
    'mqtt://b': 'mqtt://b:1883',
    'mqtts://b': 'mqtts://b:8883',
    'wss://b/mqtt': 'wss://b:443/mqtt',
    'ws://b:9001/mqtt': 'ws://b:9001/mqtt',
    'mqtt://[::1]': 'mqtt://[::1]:1883',
  };
  for (const [given, url] of Object.entries(cases)) assert.is(brokerUrl(given), url);
});

test('anything else is refused, and no password is repeated', async () => {
  for (const text of ['http://b', 'mqtt://', 'a b', '', 'mqtts://me:secret@b']) {
    const e = await thrown<DvmError>(() => brokerUrl(text));
    assert.is(e.code, 'bad-broker', text);
    assert.not.match(e.message, /secret/);
  }
});

test('pauses grow to half a minute, and are no shorter than half of what they could be', () => {
  assert.equal(
    [1, 2, 3, 8, 9, 1000].map((n) => backoff(n, 1)),
    [250, 500, 1000, 30_000, 30_000, 30_000],
  );
  assert.is(backoff(1, 0), 125);
});

test('what no broker has taken goes to the next, in order; what one has taken does not', () => {
  const outbox = new Outbox();
  const sent: string[] = [];
  const acknowledge: (() => void)[] = [];
  const publish: Publish = ({ payload }, taken) => {
    sent.push(payload);
    acknowledge.push(taken);
  };
  let taken = 0;
  for (const payload of ['a', 'b', 'c']) outbox.add({ topic: 't', payload, taken: () => taken++ });
  assert.equal(sent, [], 'nobody is there');
  outbox.open(publish);
  assert.equal(sent, ['a', 'b', 'c']);
  acknowledge[1]?.();
  acknowledge[1]?.();
  assert.equal([taken, outbox.size], [1, 2], 'once');
  outbox.close();
  outbox.add({ topic: 't', payload: 'd' });
  outbox.open(publish);
  assert.equal(sent.slice(3), ['a', 'c', 'd']);
});

test('topics as they have always been, and as the config has them', () => {
  const { topics } = settingsOf({}, 'host1');
  assert.equal(
    [
      subscription(topics),
      answerTopic(topics, 'abc'),
      failureTopic(topics, 'abc'),
      failureTopic(topics, undefined),
      presenceTopic(topics),
    ],
    [
      'docker/host1/volumes/#',
      'docker/sip/abc/jobs',
      'docker/sip/abc/failures',
      'docker/host1/failures',
      'docker/host1/presence',
    ],
  );
  const other = settingsOf({ topics: { DOCKER_TOPIC: 'd', NODE_NAME: 'n', VOLUMES_TOPIC: 'v' } }, 'host1').topics;
  assert.is(subscription(other), 'd/n/v/#');
  assert.equal(
    ['d/n/v/create', 'd/n/v/delete', 'd/n/v/create/x', 'd/n/v/', 'docker/host1/volumes/create'].map((t) => actionOf(other, t)),
    ['create', 'delete', undefined, undefined, undefined],
  );
});

test.run();
