import type { StateSources } from '../documents/documents.js';
import type { Place } from './problems.js';

/** A file of a repository with its text. */
export interface SourceFile extends Omit<Place, 'line'> {
  text: string;
}

const endings = /\.(ya?ml|json|sls)$/;

/**
 * The state files by name: `a/b.yaml` and `a/b/init.yaml` are `a.b`. Of several repositories the first that has a name gives it;
 * within one `a/b.yaml` hides `a/b/init.yaml`. What lies in `data/`, and `data.*` and `top.*`, are no states.
 */
export function stateFiles(sources: StateSources): Map<string, SourceFile> {
  const files = new Map<string, SourceFile>();
  for (const repository of sources.repositories) {
    const own = new Map<string, SourceFile>();
    for (const { path, text } of repository.files.toSorted(byDepth)) {
      const name = slsName(path);
      if (text !== undefined && name !== undefined && !own.has(name))
        own.set(name, { repository: repository.name, file: path, text });
    }
    for (const [name, file] of own) if (!files.has(name)) files.set(name, file);
  }
  return files;
}

/** `a/b.yaml` before `a/b/init.yaml`. */
function byDepth(a: { path: string }, b: { path: string }): number {
  return a.path.split('/').length - b.path.split('/').length || (a.path < b.path ? -1 : 1);
}

function slsName(path: string): string | undefined {
  if (!endings.test(path) || path.startsWith('data/') || /^(data|top)\.[a-z]+$/.test(path)) return undefined;
  const name = path.replace(endings, '').replace(/(^|\/)init$/, '');
  return name === '' ? 'init' : name.replaceAll('/', '.');
}

/** The files with data of one repository: `data.yaml` gives its keys, `data/a/b.yaml` the value of `a.b`. */
export function dataFiles(sources: StateSources): (SourceFile & { keys: string[] })[] {
  return sources.repositories.toReversed().flatMap(({ name, files }) =>
    files.toSorted(byDepth).flatMap(({ path, text }) => {
      if (text === undefined || !endings.test(path) || !/^data[/.]/.test(path)) return [];
      const keys = path.replace(endings, '').split('/').slice(1);
      return [{ repository: name, file: path, text, keys }];
    }),
  );
}

/** The top file of the first repository that has one. */
export function topFile(sources: StateSources): SourceFile | undefined {
  for (const { name, files } of sources.repositories) {
    const found = files.find((f) => /^top\.(ya?ml|json|sls)$/.test(f.path));
    if (found?.text !== undefined) return { repository: name, file: found.path, text: found.text };
  }
  return undefined;
}
