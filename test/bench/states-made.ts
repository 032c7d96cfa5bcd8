/**
 * A `state-sources` document of so many states in files of 500: commands with arguments and templates, most of which require one
 * before them, by id, by name or by pattern; a loop; a `_in`.
 */
export function manyStates(count: number): string {
  const files = Array.from({ length: Math.ceil(count / 500) }, (_, f) => ({
    path: `part${f}.yaml`,
    text: part(f * 500, Math.min(count, (f + 1) * 500)),
  }));
  const include = files.map((_, f) => `  - part${f}\n`).join('');
  const signature = { policy: 'none', verdict: 'unchecked' };
  const all = [{ path: 'main.yaml', text: `include:\n${include}` }, ...files];
  const repository = { name: 'made', url: '/made', directory: '/made', signature, files: all };
  return JSON.stringify({
    kind: 'state-sources',
    version: 1,
    repositories: [repository],
    facts: { node: 'n', os: 'debian' },
    data: {},
  });
}

function part(start: number, end: number): string {
  return Array.from({ length: end - start }, (_, i) => state(start + i)).join('');
}

function state(n: number): string {
  const require =
    n < 10 ? '' : `    - require:\n      - cmd: s${n - 1 - (n % 9)}\n${n % 3 === 0 ? `      - echo ${n - 2}\n` : ''}`;
  const turned = n % 10 === 5 ? `    - require_in:\n      - cmd: s${n + (n % 500 === 499 ? 0 : 1)}\n` : '';
  return `s${n}:\n  cmd.run:\n    - name: echo ${n}\n    - cwd: /tmp\n    - env:\n        OS: "{{ facts.os }}"\n        N: "{{ ${n} | string }}"\n    - unless: test -e /run/${n}\n${require}${turned}`;
}
