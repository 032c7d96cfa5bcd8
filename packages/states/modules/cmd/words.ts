import { fail } from '#tool/errors.js';

/** A part of a word: quoted, escaped, or plain; or the blanks between two words. */
const parts =
  /[ \t]+|'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\[\s\S])*)"|\\(?<escaped>[\s\S])|(?<plain>[^ \t'"\\]+)|(?<rest>[\s\S])/g;
/** What only a shell understands, unless it is quoted. */
const special = /[|&;<>()$`*?[\]{}~#\n]/;

/**
 * The words of a command line: split at blanks; `'…'`, `"…"` and `\` take blanks in. Nothing is expanded.
 *
 * @throws DvmError `needs-shell`, `open-quote`, `no-words` (exit 65)
 */
export function wordsOf(line: string): [string, ...string[]] {
  const words: string[] = [];
  let word: string | undefined;
  for (const { groups = {} } of line.matchAll(parts)) {
    const part = partOf(line, groups);
    if (part !== undefined) word = (word ?? '') + part;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (word !== undefined) words.push(word);
  const [first, ...rest] = words;
  if (!first) throw fail('badInput', 'no-words', `command "${line}" names no program`);
  return [first, ...rest];
}

/** What a part adds to its word; undefined for blanks. */
function partOf(line: string, { single, double, escaped, plain, rest }: Record<string, string | undefined>): string | undefined {
  if (rest !== undefined) throw fail('badInput', 'open-quote', `command "${line}" has a quote that does not end`);
  const odd = /[$`]/.exec(double ?? '')?.[0] ?? special.exec(plain ?? '')?.[0];
  if (odd !== undefined) throw needsShell(line, odd);
  return single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain;
}

/** Undefined when a shell is needed, or nothing can be made of it. */
export function plainWords(line: string): [string, ...string[]] | undefined {
  const builtin =
    /^\s*(?:[A-Za-z_]\w*=|(?:cd|exit|test|\[|true|false|:|type|command|ulimit|umask|export|set|source|\.|!|if|for|while|case)(?:\s|$))/;
  try {
    return builtin.test(line) ? undefined : wordsOf(line);
  } catch {
    return undefined;
  }
}

function needsShell(line: string, c: string) {
  return fail('badInput', 'needs-shell', `command "${line}" has ${JSON.stringify(c)}, which only a shell understands`, {
    hint: 'quote it with \'…\', or say "shell: true"',
  });
}
