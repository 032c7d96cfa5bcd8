import { textOf } from '#tool/printable.js';
import { parseDot } from '../state/words.js';
import { mount } from '../verbs/mount.js';
import { unmount } from '../verbs/unmount.js';
import { dotCommand, dotWordOf } from './common.js';

const target = (describe: string) => ({ name: 'TARGET', describe, optional: true });
const commit = { type: 'string', value: 'COMMIT', describe: 'a commit of it, to be read' } as const;

const mountCommand = dotCommand(
  'mount',
  'Mount the current branch of a dot, another one, or a commit.',
  [{ ...dotWordOf, describe: `${dotWordOf.describe}[.SUBDOT]` }, target('where it is to be shown too')],
  { commit },
  async ({ positionals: [word = '', to], options }, store) => {
    const { subdot, ...dot } = parseDot(word);
    const done = await mount(store, { dot, subdot, target: to, commit: options.commit });
    return { document: { kind: 'dot-result', version: 1, action: 'mount', ...done }, text: textOf([done.path]) };
  },
);

const unmountCommand = dotCommand(
  'unmount',
  'Unmount a branch or commit of a dot.',
  [dotWordOf, target('there only')],
  { commit },
  async ({ positionals: [word = '', from], options }, store) => {
    const { subdot: _, ...dot } = parseDot(word);
    const { unmounted } = await unmount(store, { dot, target: from, commit: options.commit });
    return { document: { kind: 'dot-result', version: 1, action: 'unmount', unmounted }, text: textOf(unmounted) };
  },
);

export const mountCommands = [mountCommand, unmountCommand];
