import { formatSize } from '#tool/units.js';

/** What describes a resized file system; `fs-result` (docs/formats/fs-result.md). */
export interface FsDocument {
  volume: string;
  type: string | null;
  action: 'none' | 'grow' | 'shrink';
  from: number;
  to: number;
  mountedOn?: string;
  done: boolean;
}

/** `data: ext4 on /srv grown from 8M to 16M` */
export function describeFs({ volume, type, action, from, to, mountedOn, done }: FsDocument): string {
  if (type === null) return `${volume}: there is no file system on it\n`;
  const where = mountedOn === undefined ? '' : ` on ${mountedOn}`;
  if (action === 'none') return `${volume}: ${type}${where} fits as it is, ${formatSize(from)}\n`;
  const verb = done ? (action === 'grow' ? 'grown' : 'shrunk') : `would ${action}`;
  return `${volume}: ${type}${where} ${verb} from ${formatSize(from)} to ${formatSize(to)}\n`;
}
