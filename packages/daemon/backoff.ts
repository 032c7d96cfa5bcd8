const first = 250;
const most = 30_000;

/**
 * Milliseconds to wait before the next attempt to connect or start: twice as long each time, up to half a minute, and never the
 * same for two nodes that lost the same server.
 *
 * @param failures attempts that failed in a row, from 1
 * @param random from 0 to 1
 */
export function backoff(failures: number, random: number): number {
  const whole = Math.min(most, first * 2 ** Math.min(failures - 1, 20));
  return Math.round(whole * (0.5 + random / 2));
}
