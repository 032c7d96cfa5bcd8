import { readFileSync } from 'node:fs';
import type { IClientOptions } from 'mqtt';
import { fail } from '#tool/errors.js';
import type { Settings } from '../config.js';
import { presenceTopic } from '../topics.js';

/** 4 is MQTT 3.1.1. */
export type MqttVersion = 4 | 5;

export type BrokerRules = Pick<
  Settings,
  | 'clientId'
  | 'username'
  | 'passwordFile'
  | 'ca'
  | 'cert'
  | 'key'
  | 'sessionExpiry'
  | 'keepalive'
  | 'limits'
  | 'topics'
  | 'brokers'
>;

/** Bytes of a message besides its payload. */
const envelope = 4096;

/**
 * How to connect. The session outlives the connection, so that the broker keeps what is sent meanwhile; the last will says
 * that the service is gone. Secrets are read anew for each attempt: they may have been changed.
 *
 * @throws DvmError `no-secret` (exit 78)
 */
export function clientOptions(rules: BrokerRules, version: MqttVersion): IClientOptions {
  const { clientId, username, passwordFile, keepalive, sessionExpiry, limits, topics } = rules;
  return {
    ...{ manualConnect: true, reconnectPeriod: 0, resubscribe: false, connectTimeout: 10_000, queueQoSZero: false },
    ...{ protocolVersion: version, clientId, clean: false, keepalive },
    ...(username !== undefined && { username }),
    ...(passwordFile !== undefined && {
      password: readSecret(passwordFile)
        .toString('utf8')
        .replace(/\r?\n$/, ''),
    }),
    ...tlsOptions(rules),
    will: { topic: presenceTopic(topics), payload: Buffer.from(presence(false)), qos: 1, retain: true },
    ...(version === 5 && {
      properties: {
        sessionExpiryInterval: sessionExpiry,
        receiveMaximum: 16,
        maximumPacketSize: limits.payloadBytes + envelope,
      },
    }),
  };
}

/** What stands, retained, on the topic of presence. */
export function presence(online: boolean): string {
  return `{"online":${online}}`;
}

function tlsOptions({ ca, cert, key }: BrokerRules): IClientOptions {
  return {
    ...(ca !== undefined && { ca: readSecret(ca) }),
    ...(cert !== undefined && { cert: readSecret(cert) }),
    ...(key !== undefined && { key: readSecret(key) }),
  };
}

function readSecret(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (e) {
    throw fail('config', 'no-secret', `file "${path}" of the config cannot be read: ${(e as Error).message}`, { cause: e });
  }
}
