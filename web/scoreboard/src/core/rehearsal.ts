/** A night played again by the clock, under an id that the server keeps for it. */
export const REHEARSAL = '-rehearsal';

export function isRehearsal(id: string | undefined): boolean {
  return id?.endsWith(REHEARSAL) ?? false;
}
