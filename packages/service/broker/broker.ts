import { setTimeout as sleep } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { backoff } from '#daemon/backoff.js';
import type { Log } from '#daemon/log.js';
import { asDvmError } from '#tool/invoke.js';
import { presenceTopic, subscription } from '../topics.js';
import { type BrokerRules, clientOptions, type MqttVersion, presence } from './client-options.js';
import { Outbox, type Outgoing } from './outbox.js';
import { brokerUrl } from './url.js';

/** What becomes of an attempt to connect, once it is over. */
interface Attempt {
  connected: boolean;
  /** Refused by the broker, not by the network: perhaps it does not know this version of the protocol. */
  refused: boolean;
}

/** Milliseconds that the end of a connection may take. */
const farewell = 2000;

/**
 * Stays connected to one of the brokers, for ever: each in turn, with longer and longer pauses. MQTT 5 where the broker has it,
 * else 3.1.1.
 */
export class Broker {
  readonly outbox = new Outbox();
  readonly #rules: BrokerRules;
  readonly #log: Log;
  readonly #receive: (topic: string, payload: Uint8Array) => Promise<void>;
  readonly #stop = new AbortController();
  #client: MqttClient | undefined;
  #ended: Promise<void> = Promise.resolve();
  #subscribed = false;

  /** @param receive takes a message; the broker is told that it has arrived when this returns, and sends it again when it throws */
  constructor(rules: BrokerRules, log: Log, receive: (topic: string, payload: Uint8Array) => Promise<void>) {
    this.#rules = rules;
    this.#log = log;
    this.#receive = receive;
  }

  /** Connected, and given what was asked for. */
  get connected(): boolean {
    return this.#subscribed;
  }

  start(): void {
    this.#ended = this.#stayConnected();
  }

  /** Says goodbye, if there is somebody to say it to. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const client = this.#client;
    if (client && this.#subscribed) {
      const gone = new Promise<void>((done) => {
        client.publish(presenceTopic(this.#rules.topics), presence(false), { qos: 1, retain: true }, () =>
          client.end(false, {}, () => done()),
        );
      });
      await Promise.race([gone, sleep(farewell, undefined, { ref: false })]);
    }
    client?.end(true);
    await this.#ended;
  }

  async #stayConnected(): Promise<void> {
    let version: MqttVersion = 5;
    let failures = 0;
    for (let turn = 0; !this.#stop.signal.aborted; ) {
      const url = brokerUrl(this.#rules.brokers[turn % this.#rules.brokers.length] ?? '');
      const { connected, refused } = await this.#attempt(url, version);
      failures = connected ? 1 : failures + 1;
      if (!connected) turn++;
      if (refused) version = version === 5 ? 4 : 5;
      await sleep(backoff(failures, Math.random()), undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** One connection, to its end. */
  async #attempt(url: string, version: MqttVersion): Promise<Attempt> {
    const result: Attempt = { connected: false, refused: true };
    const { connect } = await import('mqtt');
    try {
      const client = connect(url, clientOptions(this.#rules, version));
      this.#client = client;
      await new Promise<void>((done) => {
        client.on('error', (e) => {
          result.refused &&= !isOfNetwork(e);
          this.#log('warning', 'broker-error', { broker: url, mqtt: version, message: e.message });
          client.end(true);
        });
        client.on('close', () => done());
        client.on('connect', () => {
          result.connected = true;
          result.refused = false;
          this.#arrive(client, url, version);
        });
        client.handleMessage = (packet, acknowledge) => this.#handle(client, packet, acknowledge);
        client.connect();
      });
      client.end(true);
    } catch (e) {
      result.refused = false;
      this.#log('error', 'broker-error', { broker: url, message: asDvmError(e).message });
    }
    if (this.#subscribed) this.#log('warning', 'broker-lost', { broker: url });
    this.#subscribed = false;
    this.#client = undefined;
    this.outbox.close();
    return result;
  }

  /** QoS 1: with 2 a message would be the client library's before it is on disk. */
  #arrive(client: MqttClient, url: string, version: MqttVersion): void {
    client.subscribe(subscription(this.#rules.topics), { qos: 1 }, (e, granted = []) => {
      if (e || granted.some(({ qos }) => qos === 128)) {
        this.#log('error', 'not-subscribed', {
          broker: url,
          topic: subscription(this.#rules.topics),
          message: e?.message ?? 'refused',
        });
        client.end(true);
        return;
      }
      this.#subscribed = true;
      this.#log('info', 'broker-connected', { broker: url, mqtt: version });
      client.publish(presenceTopic(this.#rules.topics), presence(true), { qos: 1, retain: true });
      this.outbox.open((message, taken) => publish(client, message, taken));
    });
  }

  #handle(client: MqttClient, packet: { topic: string; payload: string | Buffer }, acknowledge: () => void): void {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    this.#receive(packet.topic, payload).then(acknowledge, (e: unknown) => {
      this.#log('error', 'message-not-taken', { message: asDvmError(e).message });
      client.end(true);
    });
  }
}

function publish(client: MqttClient, { topic, payload, retain = false }: Outgoing, taken: () => void): void {
  client.publish(topic, payload, { qos: 1, retain }, (e) => {
    if (!e) taken();
  });
}

/** Errors of the system have a word for a code, those of the protocol a number. */
function isOfNetwork(e: Error): boolean {
  return 'code' in e && typeof e.code === 'string';
}
