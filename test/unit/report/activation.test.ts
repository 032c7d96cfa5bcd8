import { type DeviceInfo, KernelError } from '#dm/kernel.js';
import { activationOf, askActivation } from '#report/activation.js';
import { current, ids } from '#test/fixtures/group.js';
import { assert, suite, thrown } from '#test/support/check.js';

const activation = suite('report activation');

function infoOf(name: string): DeviceInfo {
  const device = current.devices[name];
  if (!device) throw new KernelError(6, 'ENXIO', 'no such device');
  const { uuid, dev, openCount, suspended, readOnly, inactive, targets } = device;
  return { name, uuid, dev, openCount, eventNr: 0, suspended, readOnly, liveTable: targets.length > 0, inactiveTable: inactive };
}
const status = (name: unknown) => (current.devices[String(name)]?.status ?? []).map((args) => ({ type: 'thin', size: 8, args }));
const list = () => [...Object.keys(current.devices), 'gone'].map((name) => ({ name, dev: '0:0' }));

activation('the kernel and its dump tell the same; a device that vanishes is left out', () => {
  assert.equal([...askActivation({ list, info: infoOf, status })], [...activationOf(current)]);
});

activation('a device without a live table is not active', () => {
  const name = 'vg--0-data';
  const devices = { [name]: { ...current.devices[name], targets: [] } } as typeof current.devices;
  assert.is(activationOf({ ...current, devices }).get(`DVM-${ids.vg}-${ids.data}`)?.active, false);
});

activation('another refusal of the kernel is passed on', async () => {
  const info = () => {
    throw new KernelError(1, 'EPERM', 'not permitted');
  };
  const e = await thrown<KernelError>(() => askActivation({ list, info, status }));
  assert.is(e.code, 'EPERM');
});

activation.run();
