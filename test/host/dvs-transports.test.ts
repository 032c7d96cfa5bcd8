import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { assert, skipped, suite } from '#test/support/check.js';
import { Listener, missingForDvs, publish, type Rig, until, withRig } from '#test/support/dvs.js';
import { type Front, oldBrokerFront, webSocketFront } from '#test/support/mqtt-fronts.js';
import { TestCa } from '#test/support/test-ca.js';

/** The ways to a broker besides plain MQTT 5 over TCP: WebSockets, with and without TLS, and brokers that know only MQTT 3.1.1. */
const test = suite('dvs transports');

/** A volume is made and told of, by this version of MQTT, through what stands before the broker. */
async function serves(rig: Rig, front: Front, url: string, version: number, config: object = {}): Promise<void> {
  try {
    await rig.startDvs(rig.config(config), ['-b', url]);
    await until(() => rig.log('dvs.log').includes('broker-connected'), 'dvs is connected');
    const listener = await Listener.start(rig, ['docker/sip/me/#']);
    const job = { job: '1', sipId: 'me', mountPount: join(rig.root, 'a'), volumeSize: '10' };
    await publish(rig, 'docker/node1/volumes/create', JSON.stringify(job));
    await listener.hear('"job":"1"', '"DONE"');
    assert.is(front.versions.at(-1), version);
  } finally {
    front.close();
  }
}

test('WebSockets', () =>
  withRig(async (rig) => {
    await rig.startBroker();
    const front = await webSocketFront(rig.port);
    await serves(rig, front, `ws://127.0.0.1:${front.port}/mqtt`, 5);
  }));

test('WebSockets over TLS, with an authority of our own', () =>
  withRig(async (rig) => {
    await rig.startBroker();
    const server = new TestCa(rig.dir).issue('proxy', 2, ['IP:127.0.0.1']);
    const front = await webSocketFront(rig.port, server);
    await serves(rig, front, `wss://127.0.0.1:${front.port}/mqtt`, 5, { ca: server.ca });
  }));

test('a proxy whose certificate is not of our authority hears nothing', () =>
  withRig(async (rig) => {
    await rig.startBroker();
    const front = await webSocketFront(rig.port, new TestCa(rig.dir).issue('proxy', 2, ['IP:127.0.0.1']));
    try {
      await rig.startDvs(rig.config(), ['-b', `wss://127.0.0.1:${front.port}/mqtt`]);
      await until(() => /broker-error.*(?:certificate|self.signed)/.test(rig.log('dvs.log')), 'the certificate is refused');
      assert.equal(front.versions, []);
    } finally {
      front.close();
    }
  }));

test('a broker that refuses MQTT 5 is spoken to in 3.1.1, in which a session lives on too', () =>
  withRig(async (rig) => {
    await rig.startBroker();
    const front = await oldBrokerFront(rig.port);
    await serves(rig, front, `127.0.0.1:${front.port}`, 4);
    assert.is(front.versions[0], 5, 'it did not begin with MQTT 5');
  }));

const why = missingForDvs() ?? (existsSync('/usr/bin/openssl') ? undefined : 'openssl is not installed');
if (why !== undefined) skipped(4, why);
else test.run();
