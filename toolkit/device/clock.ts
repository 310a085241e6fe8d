/** Time as a device's host measures it; an emulated device has its own, which stands still while nothing runs. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Calls once after so many milliseconds; the answer cancels it. */
  after(milliseconds: number, call: () => void): () => void;
}

export const wallClock: Clock = {
  now: () => performance.now(),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};
