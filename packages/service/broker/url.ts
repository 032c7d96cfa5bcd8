import { fail } from '#tool/errors.js';

const ports: Record<string, number> = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 };

/**
 * The URL of a broker as people give it: with its scheme, or `host`, or `host:port`.
 *
 * @throws DvmError `bad-broker` (exit 78)
 */
export function brokerUrl(text: string): string {
  const bad = (why: string) =>
    fail('config', 'bad-broker', `broker "${withoutSecret(text)}" ${why}`, { hint: 'for example mqtts://broker.example:8883' });
  const full = /^[a-z]+:\/\//i.test(text) ? text : `mqtt://${text}`;
  if (!URL.canParse(full)) throw bad('is not a host or a URL');
  const url = new URL(full);
  const port = ports[url.protocol];
  if (port === undefined) throw bad('is none of mqtt, mqtts, ws, wss');
  if (url.hostname === '') throw bad('names no host');
  if (url.password !== '' || url.username !== '') throw bad('holds a name or password: others see command lines');
  return url.port === '' ? full.replace(/^([a-z]+:\/\/(?:\[[^\]]*\]|[^/:]*))/i, `$1:${port}`) : full;
}

/** A password that was given all the same does not go into a log. */
function withoutSecret(text: string): string {
  return text.replace(/\/\/[^@/]*@/, '//…@');
}
