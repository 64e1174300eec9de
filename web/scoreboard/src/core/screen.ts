/** What the address of a screen may set, besides the moment it shows. */

export interface ScreenOptions {
  readonly theme?: 'dark' | 'light';
  /** How long a lower third stays, in ms. */
  readonly length: number;
  /** How late the night is told, in ms: for a picture that is late itself. */
  readonly delay: number;
  /** How fast a replay runs; else as fast as suits the night. */
  readonly speed?: number;
}

const LENGTH = 8;
const LENGTHS = [2, 120] as const;
const DELAYS = [0, 600] as const;
const SPEEDS = [0.1, 3600] as const;

export function screenOptions(search: string): ScreenOptions {
  const query = new URLSearchParams(search);
  const theme = query.get('theme');
  const speed = numberOf(query.get('speed'), SPEEDS);
  return {
    ...(theme === 'dark' || theme === 'light' ? { theme } : {}),
    length: 1000 * (numberOf(query.get('seconds'), LENGTHS) ?? LENGTH),
    delay: 1000 * (numberOf(query.get('delay'), DELAYS) ?? 0),
    ...(speed === undefined ? {} : { speed }),
  };
}

/** A plain number, kept within its bounds. */
function numberOf(
  text: string | null,
  [least, most]: readonly [number, number],
): number | undefined {
  if (text === null || !/^\d{1,5}(?:\.\d{1,3})?$/.test(text)) return undefined;
  return Math.min(Math.max(Number(text), least), most);
}
