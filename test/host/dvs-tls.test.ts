import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, skipped, suite } from '#test/support/check.js';
import { kill, Listener, missingForDvs, publish, type Rig, until, withRig } from '#test/support/dvs.js';
import { run } from '#test/support/loop.js';
import { TestCa } from '#test/support/test-ca.js';

/** dvs with a broker that asks for certificates and keeps to the rules of docs/service.md; with passwords; with several brokers. */
const test = suite('dvs by TLS');

const rules = `user dvs-node1
topic read docker/node1/volumes/#
topic write docker/sip/+/jobs
topic write docker/sip/+/failures
topic write docker/node1/presence
topic write docker/node1/failures

user requester1
topic write docker/node1/volumes/create
topic write docker/node1/volumes/delete
topic read docker/sip/requester1/#

user stranger
topic read docker/sip/stranger/#
`;

async function startSecureBroker(rig: Rig): Promise<void> {
  const ca = new TestCa(rig.dir);
  for (const name of ['broker', 'dvs-node1', 'requester1', 'stranger']) ca.issue(name, 2, ['IP:127.0.0.1', 'DNS:localhost']);
  const file = (name: string) => join(rig.dir, name);
  writeFileSync(file('acl'), rules);
  chmodSync(file('acl'), 0o600);
  const { freePort } = await import('#test/support/dvs.js');
  rig.port = await freePort();
  await rig.startBroker([
    `listener ${rig.port} 127.0.0.1`,
    ...[`cafile ${file('ca.pem')}`, `certfile ${file('ca-broker.pem')}`, `keyfile ${file('ca-broker.key')}`],
    ...['require_certificate true', 'use_identity_as_username true', `acl_file ${file('acl')}`],
  ]);
}

/** mosquitto's clients as somebody. */
function as(rig: Rig, name: string): string[] {
  return [
    '--cafile',
    join(rig.dir, 'ca.pem'),
    '--cert',
    join(rig.dir, `ca-${name}.pem`),
    '--key',
    join(rig.dir, `ca-${name}.key`),
  ];
}

test('certificates on both sides; who has none, or the wrong one, is not heard', () =>
  withRig(async (rig) => {
    await startSecureBroker(rig);
    const file = (name: string) => join(rig.dir, name);
    const config = rig.config({ ca: file('ca.pem'), cert: file('ca-dvs-node1.pem'), key: file('ca-dvs-node1.key') });
    await rig.startDvs(config, ['-b', `mqtts://127.0.0.1:${rig.port}`]);
    const listener = await Listener.start(rig, ['docker/sip/requester1/#'], as(rig, 'requester1'));
    await until(() => rig.log('dvs.log').includes('broker-connected'), 'dvs is connected');
    const message = (id: string, name: string) =>
      JSON.stringify({ job: id, sipId: 'requester1', mountPoint: join(rig.root, name), volumeSize: 10 });
    await publish(rig, 'docker/node1/volumes/create', message('0', 'stranger'), as(rig, 'stranger'));
    await publish(rig, 'docker/node1/volumes/create', message('1', 'a'), as(rig, 'requester1'));
    await listener.hear('"jobId":"1"', 'DONE');
    assert.not(existsSync(join(rig.root, 'stranger')), 'a stranger had a volume made');
    assert.not.match(rig.log('dvs.log'), /PRIVATE KEY/);
  }));

test('a broker whose certificate is not of our authority is not spoken to', () =>
  withRig(async (rig) => {
    await startSecureBroker(rig);
    const config = rig.config();
    await rig.startDvs(config, ['-b', `mqtts://127.0.0.1:${rig.port}`]);
    await until(
      () => /broker-error.*certificate|broker-error.*self.signed/.test(rig.log('dvs.log')),
      'the certificate is refused',
    );
    assert.not.match(rig.log('dvs.log'), /broker-connected/);
  }));

test('a name and password, the latter from a file and never in the log; a wrong one is tried again', () =>
  withRig(async (rig) => {
    const passwords = join(rig.dir, 'passwords');
    const secret = join(rig.dir, 'secret');
    writeFileSync(passwords, '');
    run('mosquitto_passwd', '-b', passwords, 'dvs', 'correct-horse');
    run('mosquitto_passwd', '-b', passwords, 'me', 'x');
    const { freePort } = await import('#test/support/dvs.js');
    rig.port = await freePort();
    await rig.startBroker([`listener ${rig.port} 127.0.0.1`, 'allow_anonymous false', `password_file ${passwords}`]);
    writeFileSync(secret, 'wrong-battery\n');
    await rig.startDvs(rig.config({ username: 'dvs', passwordFile: secret }));
    await until(() => /broker-error.*[Nn]ot authorized/.test(rig.log('dvs.log')), 'the broker refuses');
    writeFileSync(secret, 'correct-horse\n');
    await until(() => rig.log('dvs.log').includes('broker-connected'), 'the changed password is read');
    assert.not.match(rig.log('dvs.log'), /wrong-battery|correct-horse/);
  }));

test('the second broker when the first does not answer', () =>
  withRig(async (rig) => {
    const { freePort } = await import('#test/support/dvs.js');
    await rig.startBroker();
    const nobody = await freePort();
    const dvs = await rig.startDvs(rig.config(), ['-b', `127.0.0.1:${nobody}`, '-b', `127.0.0.1:${rig.port}`]);
    await until(() => rig.log('dvs.log').includes('broker-connected'), 'it is connected');
    assert.match(rig.log('dvs.log'), /ECONNREFUSED/);
    await kill(dvs, 'SIGTERM');
  }));

const why = missingForDvs() ?? (existsSync('/usr/bin/openssl') ? undefined : 'openssl is not installed');
if (why !== undefined) skipped(4, why);
else test.run();
