/** Pictures that are still to be compared, shared by the boards that do it. */
export interface Work {
  /** The next picture; undefined while there is none. */
  take(): number | undefined;
  /** One that was taken is compared. */
  done(): void;
  /** Pictures that were taken and will not be compared by whom took them; others take them next. */
  giveBack(images: readonly number[]): void;
  /** Waits until there is more to take, or, false, until all that was taken is done. */
  more(): Promise<boolean>;
}

export function work(images: readonly number[]): Work {
  let left = [...images];
  let next = 0;
  let taken = 0;
  let waiting: ((more: boolean) => void)[] = [];
  const wake = (more: boolean): void => {
    const all = waiting;
    waiting = [];
    for (const resolve of all) resolve(more);
  };
  return {
    take() {
      const image = left[next];
      if (image === undefined) return undefined;
      next++;
      taken++;
      return image;
    },
    done() {
      taken--;
      if (taken === 0 && next === left.length) wake(false);
    },
    giveBack(back) {
      left = [...back, ...left.slice(next)];
      next = 0;
      taken -= back.length;
      if (left.length > 0) wake(true);
      else if (taken === 0) wake(false);
    },
    more() {
      if (next < left.length) return Promise.resolve(true);
      if (taken === 0) return Promise.resolve(false);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
