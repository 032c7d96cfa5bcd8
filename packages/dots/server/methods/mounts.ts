import { checkSubdot, parseDot } from '../../state/words.js';
import type { Methods } from '../house.js';
import { byId } from './volumes.js';

/** Where data can be reached. */
export const mountMethods: Methods = {
  /** `Name` may be `dot@branch`. `Target`, of ours: where it is to be shown besides. */
  Procure: async ({ verbs }, params) => {
    const namespace = params.optional('Namespace');
    const word = parseDot(`${namespace === undefined ? '' : `${namespace}/`}${params.required('Name')}`);
    const { subdot: inName, ...dot } = word;
    const subdot = params.optional('Subdot') ?? inName;
    const target = params.optional('Target');
    return verbs.mount({
      dot,
      ...(subdot !== undefined && { subdot: checkSubdot(subdot) }),
      ...(target !== undefined && { target }),
    });
  },
  MountCommit: async ({ verbs }, params) => {
    const { dot, branch } = byId((await verbs.read()).state, params.required('FilesystemId'));
    return verbs.mount({ dot: { ...dot, branch: branch.name }, commit: params.required('CommitId'), subdot: '__root__' });
  },
};
