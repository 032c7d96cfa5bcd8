/** What a registry wants to see: RFC 9110, 11.6.1. */
export interface Challenge {
  scheme: 'basic' | 'bearer';
  parameters: Readonly<Record<string, string>>;
}

/** The challenges of a WWW-Authenticate header that we can meet, Bearer first. */
export function parseChallenges(header: string | undefined): Challenge[] {
  const found: Challenge[] = [];
  const words = /\s*,?\s*([A-Za-z][A-Za-z0-9_-]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+)))?/y;
  let current: Record<string, string> | undefined;
  for (let m = words.exec(header ?? ''); m !== null && m[0] !== ''; m = words.exec(header ?? '')) {
    const [, word = '', quoted, plain] = m;
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    if (value !== undefined) {
      if (current) current[word.toLowerCase()] = value;
      continue;
    }
    current = {};
    const scheme = word.toLowerCase();
    if (scheme === 'basic' || scheme === 'bearer') found.push({ scheme, parameters: current });
  }
  return found.sort((a, b) => (a.scheme < b.scheme ? 1 : -1));
}
