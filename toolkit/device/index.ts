export { wallClock, type Clock } from './clock.js';
export {
  UnknownRequestError,
  type Device,
  type DeviceInfo,
  type Executor,
  type Inference,
  type Link,
  type Traffic,
} from './device.js';
export { avr8Link, isAvrChip } from './emulators/avr8.js';
export { emulatedLink, type EmulatedLink } from './emulators/emulated-link.js';
export { qemuArguments, qemuLink, type Qemu } from './emulators/qemu.js';
export { rp2040Link } from './emulators/rp2040.js';
export { hostLink } from './links/host-link.js';
export { likelyBoards, listPorts, type PortInfo } from './links/list-ports.js';
export { openPort } from './links/open-port.js';
export { polledLink } from './links/polled-link.js';
export { portHolders, requireFreePort, type Holder } from './links/port-holders.js';
export { parseRemotePort, type RemotePort } from './links/remote-port.js';
export { serialPortLink } from './links/serial-port-link.js';
export { touchPort } from './links/touch-port.js';
export {
  executorOf,
  openDevice,
  type FirmwareImage,
  type Image,
  type OpenOptions,
  type SimulatedDesign,
} from './open-device.js';
export { traceCrc } from './protocol/messages.js';
export { serialDevice, type SerialDeviceOptions } from './serial-device.js';
export {
  EMULATOR_TIMING,
  PIPE_TIMING,
  QEMU_TIMING,
  serialTiming,
  SIMULATOR_TIMING,
  type Timing,
} from './timing.js';
