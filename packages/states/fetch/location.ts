import { fail } from '#tool/errors.js';

/** A repository as it is named on the command line. */
export interface Location {
  name: string;
  url: string;
  /** A directory of this machine that is taken as it is. */
  local: boolean;
  /** Branch, tag or commit; the repository's own choice when missing. */
  ref: string | undefined;
  /** The directory in it that holds the states; empty for the top. */
  subdirectory: string;
}

/**
 * Reads `[NAME=]URL[#REF][:DIRECTORY]`. A path without `#` is a directory, taken as it is; with `#` a repository of git. Of URLs
 * there are `https://`, `ssh://`, `file://` and `USER@HOST:PATH`; nothing that makes git run a program of the URL's choice.
 *
 * @throws DvmError `bad-repository` (exit 64)
 */
export function parseLocation(text: string): Location {
  const [, given, rest = ''] = /^(?:([A-Za-z0-9_][A-Za-z0-9_.-]*)=)?(.*)$/s.exec(text) ?? [];
  const [url = '', fragment] = split(rest, '#');
  const [ref, subdirectory = ''] = fragment === undefined ? [] : split(fragment, ':');
  const name = given ?? nameOf(url);
  checkUrl(url, text);
  const problem =
    refProblem(ref) ??
    pathProblem(subdirectory) ??
    (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(name) ? undefined : 'has no name: write NAME=URL');
  if (problem !== undefined) throw wrong(text, problem);
  return { name, url, local: url.startsWith('/') && fragment === undefined, ref: ref === '' ? undefined : ref, subdirectory };
}

function split(text: string, sign: string): [string, string | undefined] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function nameOf(url: string): string {
  return (/([^/:]+?)(?:\.git)?\/*$/.exec(url)?.[1] ?? '').replaceAll(/[^A-Za-z0-9_.-]/g, '_').replace(/^[.-]+/, '');
}

function checkUrl(url: string, text: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0020\u007f]/.test(url)) throw wrong(text, 'has a URL with spaces or control characters');
  if (/^[A-Za-z0-9.+-]*::/.test(url)) throw wrong(text, 'names a program that git would run');
  const known =
    /^(https|ssh):\/\/(?!-)[^/]|^file:\/\/\/|^\/|^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9_[][^/:]*:[^/-]|^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9_[][^/:]*:\//;
  if (!known.test(url) || /@-/.test(url)) throw wrong(text, 'is neither https, ssh nor file, nor an absolute path');
}

/** The rules of git-check-ref-format(1), and nothing that looks like an option or a formula. */
function refProblem(ref = ''): string | undefined {
  return /^[A-Za-z0-9_][A-Za-z0-9_.+/-]*$|^$/.test(ref) && !/\.\.|\/\/|\/$|\.lock$/.test(ref)
    ? undefined
    : `has a ref "${ref}" that git would not take`;
}

function pathProblem(path: string): string | undefined {
  const parts = path.split('/');
  return path === '' || parts.every((p) => p !== '' && p !== '.' && p !== '..' && p !== '.git')
    ? undefined
    : `has a directory "${path}" that leads elsewhere`;
}

function wrong(text: string, why: string) {
  return fail('usage', 'bad-repository', `repository "${text}" ${why}`, {
    hint: 'write [NAME=]URL[#REF][:DIRECTORY], such as https://git.example.org/states#main',
  });
}
