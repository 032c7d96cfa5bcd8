import type { Methods } from '../house.js';
import { requestIn } from '../transfer-request.js';

/** The server itself, and what it has under way. */
export const serverMethods: Methods = {
  Ping: async () => true,
  Version: async ({ version }) => ({
    installed_version: version,
    current_version: version,
    current_release_date: 0,
    current_download_url: '',
    current_changelog_url: '',
    project_website: '',
    outdated: false,
  }),
  Transfer: async ({ transfers }, params) => transfers.start(requestIn(params)),
  GetTransfer: async ({ transfers }, params) => ({ ...transfers.get(params.bare()) }),
};
