/** Rows that change places: each moves from where it was. */

export interface Motion {
  /** In ms. */
  readonly delay: number;
  readonly duration: number;
}

const EASE = 'cubic-bezier(0.22, 1, 0.36, 1)';

/** Where the rows of a list are, in px: asked only when they are to move, since it costs a layout. */
export function placesOf(list: HTMLElement): ReadonlyMap<Element, number> {
  return new Map([...list.children].map((row) => [row, row.getBoundingClientRect().top]));
}

/** Move the rows that were in the list before from there to where they are now. */
export function moveFrom(
  before: ReadonlyMap<Element, number>,
  list: HTMLElement,
  { delay, duration }: Motion,
): void {
  const moved = [...placesOf(list)].map(([row, top]) => [row, (before.get(row) ?? top) - top]);
  for (const [row, by] of moved as [Element, number][]) {
    if (Math.abs(by) < 1) continue;
    row.animate([{ transform: `translateY(${by}px)` }, { transform: 'none' }], {
      delay,
      duration,
      easing: EASE,
      fill: 'backwards',
    });
  }
}
