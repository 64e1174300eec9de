/** Type that is as large as its box allows. */

/**
 * The largest size that fits, in whole steps from the largest down; the smallest, if none does.
 *
 * @param fits whether a size fits; each smaller one then fits too, so few are tried.
 */
export function fit(
  { largest, smallest, steps }: { largest: number; smallest: number; steps: number },
  fits: (size: number) => boolean,
): number {
  const sizeOf = (step: number): number => largest - ((largest - smallest) * step) / steps;
  let low = 0;
  let high = steps;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fits(sizeOf(middle))) high = middle;
    else low = middle + 1;
  }
  return sizeOf(low);
}
