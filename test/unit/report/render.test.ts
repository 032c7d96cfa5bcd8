import validateReport from '#gen/report.js';
import type { Format, Show, Unit } from '#report/choices.js';
import { parseFilter } from '#report/filter.js';
import { type ReportOptions, renderReport } from '#report/render.js';
import { parseSort } from '#report/select.js';
import { viewOf } from '#report/views.js';
import { group, metadata, sampleView } from '#test/fixtures/group.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';
import { canonical } from '#tool/json.js';

interface Words {
  show?: Show;
  fields?: string[];
  format?: Format;
  unit?: Unit;
  filter?: string;
  sort?: string[];
  headings?: boolean;
  hidden?: boolean;
}

function report(words: Words, view = sampleView()): string {
  const options: ReportOptions = {
    show: words.show,
    fields: words.fields ?? [],
    format: words.format ?? 'table',
    unit: words.unit ?? 'h',
    headings: words.headings ?? true,
    hidden: words.hidden ?? false,
    filter: words.filter === undefined ? undefined : parseFilter(words.filter),
    sort: parseSort(words.sort ?? []),
  };
  return renderReport([view], options);
}

async function refused(words: Words): Promise<string> {
  const e = await thrown<DvmError>(() => report(words));
  assert.is(e.exitCode, 64);
  return `${e.code}: ${e.message}`;
}

const text = (...lines: string[]) => lines.map((l) => `${l}\n`).join('');
const render = suite('report render');

render('summary: groups, PVs, volumes', () => {
  assert.is(
    report({}),
    text(
      'VG    #PV  #LV  Attr    VSize  VFree',
      'vg-0    3    3  wz-pn-  1.17G   856M',
      '',
      'PV                  VG    Attr  PSize  PFree',
      '/dev/sda            vg-0  a--    400M   196M',
      '/dev/sdb            vg-0  ---    400M   280M',
      '[missing:/dev/sdz]  vg-0  a-m    400M   380M',
      '',
      'LV      VG    Attr        LSize  Layout   Active',
      'data    vg-0  -wi-ao----   120M  linear   yes',
      'fast-1  vg-0  -rc-s-----   160M  striped  yes',
      'lost    vg-0  -wi-----p-    20M  linear   no',
    ),
  );
});

render('fields alone choose the finest kind; a coarse one repeats', () => {
  assert.is(report({ fields: ['lv_name,vg_seqno'], headings: false }), text('data    7', 'fast-1  7', 'lost    7'));
  assert.is(
    report({ fields: ['lv_name', 'devices'], filter: 'lv_name = data' }),
    text('LV    Devices', 'data  /dev/sda(0)', 'data  /dev/sdb(50)'),
  );
});

render('"+" adds to the usual fields, in one section or in the summary', () => {
  assert.is(
    report({ show: 'seg', fields: ['+lv_tags'], filter: 'lv_tags = db' })
      .split('\n')[0]
      ?.split(/ {2,}/)
      .at(-1),
    'LV Tags',
  );
  assert.ok(report({ fields: ['+lv_tags'] }).includes('db,keep'));
  assert.is(
    report({ show: 'pv', fields: ['pv_uuid', '+pv_name,pv_uuid'], headings: false }).split('\n')[0],
    `${'a'.repeat(20)}  /dev/sda`,
  );
});

render('all: every field of the kind', () => {
  const line = JSON.parse(report({ show: 'pv', fields: ['all'], format: 'ndjson' }).split('\n')[0] ?? '');
  assert.is(Object.keys(line).length, 23);
  assert.is(line.pv_size_sectors, 819200);
});

render('volumes without segments, groups without volumes are not lost', () => {
  const empty = { ...metadata, lvs: { ['x'.repeat(20)]: { name: 'empty', segments: [] } } };
  const view = viewOf({ metadata: empty, group }, undefined);
  assert.is(report({ show: 'lv', fields: ['lv_name,segtype'], headings: false }, view), 'empty  -\n');
  assert.is(report({ show: 'seg', headings: false }, view), '');
  const bare = viewOf({ metadata: { ...metadata, lvs: {} }, group }, undefined);
  assert.is(report({ show: 'vg', fields: ['vg_name,lv_name,segtype'], headings: false }, bare), 'vg-0  -  -\n');
});

render('hidden volumes only when asked for, in brackets', () => {
  assert.is(report({ fields: ['lv_name'], headings: false }), text('data', 'fast-1', 'lost'));
  assert.is(report({ fields: ['lv_name'], headings: false, hidden: true }), text('data', 'fast-1', 'lost', '[region0]'));
});

render('sort: several keys, from large to small, unknown values last', () => {
  const names = (...sort: string[]) =>
    report({ fields: ['lv_name'], headings: false, sort })
      .trim()
      .split(/\s+/)
      .join(' ');
  assert.is(names('lv_size'), 'lost data fast-1');
  assert.is(names('-lv_size'), 'fast-1 data lost');
  assert.is(names('lv_active,-lv_name'), 'lost fast-1 data');
  assert.is(names('lv_active', '-lv_name'), 'lost fast-1 data');
  assert.is(names('lv_open_count'), 'fast-1 data lost');
  assert.is(names('-lv_open_count'), 'data fast-1 lost');
  assert.is(names('+lv_tags'), 'fast-1 lost data');
});

render('a filter by a finer field keeps what has one such part, once', () => {
  assert.is(report({ fields: ['lv_name'], filter: "devices =~ 'sdb'", headings: false }), text('data', 'fast-1'));
  assert.is(report({ show: 'vg', fields: ['vg_name'], filter: 'segtype = linear', headings: false }), 'vg-0\n');
  assert.is(report({ show: 'vg', fields: ['vg_name'], filter: 'lv_name = none', headings: false }), '');
});

render('in several sections a filter leaves out those that cannot tell', () => {
  const shown = JSON.parse(report({ format: 'json', filter: 'lv_name = data' })) as Record<string, unknown[]>;
  assert.equal(Object.keys(shown), ['kind', 'lv', 'version', 'vg']);
  assert.is(shown.lv?.length, 1);
});

render('JSON: canonical, numbers, null and arrays, units in keys', () => {
  const out = report({ show: 'lv', fields: ['lv_name,lv_size,lv_tags,lv_open_count,lv_active'], format: 'json' });
  assert.is(
    out,
    text(
      '{"kind":"report",',
      '"lv":[',
      '{"lv_active":true,"lv_name":"data","lv_open_count":2,"lv_size_sectors":245760,"lv_tags":["db","keep"]},',
      '{"lv_active":true,"lv_name":"fast-1","lv_open_count":0,"lv_size_sectors":327680,"lv_tags":[]},',
      '{"lv_active":false,"lv_name":"lost","lv_open_count":null,"lv_size_sectors":40960,"lv_tags":[]}',
      '],',
      '"version":1}',
    ),
  );
  for (const show of ['vg', 'pv', 'lv', 'seg', 'all', 'summary'] as const) {
    const json = report({ show, fields: ['all'], format: 'json', hidden: true });
    assert.is(json.replaceAll('\n', ''), canonical(JSON.parse(json)), show);
    assert.ok(validateReport(JSON.parse(json)), JSON.stringify(validateReport.errors));
  }
});

render('NDJSON: one row a line with its kind', () => {
  const rows = report({ format: 'ndjson', show: 'all' }).trimEnd().split('\n');
  assert.equal(
    rows.map((r) => JSON.parse(r).row),
    ['vg', 'pv', 'pv', 'pv', 'lv', 'lv', 'lv', 'seg', 'seg', 'seg', 'seg'],
  );
  for (const row of rows) assert.is(row, canonical(JSON.parse(row)));
});

render('CSV: keys as in JSON, quoting, null empty, one table only', async () => {
  const odd = { ...metadata, lvs: { ['x'.repeat(20)]: { name: 'a,"b"', segments: [], tags: ['p', 'q'] } } };
  const view = viewOf({ metadata: odd, group }, undefined);
  const fields = ['lv_name,lv_size,lv_tags,lv_active'];
  assert.is(report({ fields, format: 'csv' }, view), text('lv_name,lv_size_sectors,lv_tags,lv_active', '"a,""b""",0,p q,'));
  assert.is(report({ fields, format: 'csv', headings: false }, view), text('"a,""b""",0,p q,'));
  assert.is(await refused({ format: 'csv' }), 'many-tables: CSV holds one table, the report has several');
});

render('tree', () => {
  assert.is(
    report({ format: 'tree', filter: 'vg_name = vg-0' }),
    text(
      'vg-0  1.17G  vg_free=856M',
      '├─ /dev/sda  400M  pv_free=196M',
      '├─ /dev/sdb  400M  pv_free=280M',
      '├─ [missing:/dev/sdz]  400M  pv_free=380M',
      '├─ data  120M  lv_active=yes',
      '│  ├─ linear  80M  /dev/sda(0)',
      '│  └─ linear  40M  /dev/sdb(50)',
      '├─ fast-1  160M  lv_active=yes',
      '│  └─ striped  160M  /dev/sda(20),/dev/sdb(0)',
      '└─ lost  20M  lv_active=no',
      '   └─ linear  20M  [missing:/dev/sdz](0)',
    ),
  );
  assert.is(
    report({ format: 'tree', fields: ['vg_name,lv_name'], sort: ['-lv_name'], filter: 'lv_active' }),
    text('vg-0', '├─ fast-1', '└─ data'),
  );
});

render('control characters of names do not reach the terminal', () => {
  const odd = { ...metadata, lvs: { ['x'.repeat(20)]: { name: 'a\u001b[2Jb', segments: [] } } };
  const view = viewOf({ metadata: odd, group }, undefined);
  assert.is(report({ fields: ['lv_name'], headings: false }, view), 'a\\x1b[2Jb\n');
  assert.not.match(report({ format: 'tree' }, view), '\u001b');
});

render('refused', async () => {
  assert.is(await refused({ fields: ['lv_nme'] }), 'unknown-field: "lv_nme" is not a field of a report');
  assert.is(await refused({ sort: ['nope'] }), 'unknown-field: "nope" is not a field of a report');
  assert.is(
    await refused({ fields: ['pv_name,lv_name'] }),
    'bad-fields: fields of PVs (pv_name) and of volumes (lv_name) do not share a row',
  );
  assert.is(await refused({ show: 'pv', fields: ['lv_name'] }), 'bad-fields: fields of volumes (lv_name) are not in rows of PVs');
  assert.is(await refused({ fields: ['+devices'] }), 'bad-fields: "devices" is a field of segments, which are not shown');
  assert.is(
    await refused({ show: 'pv', filter: 'lv_active' }),
    'bad-filter: no row that is shown can tell what --filter asks for: lv_active',
  );
  assert.is(
    await refused({ show: 'pv', sort: ['lv_name'] }),
    'bad-sort: no row that is shown can tell what --sort asks for: lv_name',
  );
});

render.run();
