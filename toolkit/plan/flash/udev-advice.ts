import type { UsbId } from './usb-devices.js';

/** Devices of one vendor of which more than this are told by the vendor alone. */
const MANY = 2;

const RULES_FILE = '/etc/udev/rules.d/70-tablize.rules';

interface Vendor {
  readonly vendor: string;
  /** Null: all of the vendor's. */
  readonly products: readonly string[] | null;
}

function byVendor(devices: readonly UsbId[]): readonly Vendor[] {
  return [...new Set(devices.map(({ vendor }) => vendor))].map((vendor) => {
    const products = devices.filter((device) => device.vendor === vendor).map(({ product }) => product);
    return { vendor, products: products.length > MANY ? null : products };
  });
}

/** "0403:6010 or 0403:6014", or "0483:*" for many of one vendor. */
export function usbNames(devices: readonly UsbId[]): string {
  return byVendor(devices)
    .flatMap(({ vendor, products }) => (products ?? ['*']).map((product) => `${vendor}:${product}`))
    .join(' or ');
}

/** How to let a user open USB devices on Linux; null where none are named. */
export function usbRights(devices: readonly UsbId[]): string | null {
  return advice('usb', 'ATTR', devices);
}

/** How to let a user open the serial ports that USB devices show on Linux; null where none are named. */
export function portRights(devices: readonly UsbId[]): string | null {
  return advice('tty', 'ATTRS', devices);
}

function advice(subsystem: string, attribute: string, devices: readonly UsbId[]): string | null {
  const rules = byVendor(devices).flatMap(({ vendor, products }) =>
    (products ?? [null]).map((product) =>
      [
        `SUBSYSTEM=="${subsystem}"`,
        `${attribute}{idVendor}=="${vendor}"`,
        ...(product === null ? [] : [`${attribute}{idProduct}=="${product}"`]),
        'TAG+="uaccess"',
      ].join(', '),
    ),
  );
  if (rules.length === 0) return null;
  return `put ${rules.map((rule) => `\`${rule}\``).join(' and ')} into ${RULES_FILE}, run \`sudo udevadm control --reload\`, and plug the board in again`;
}
