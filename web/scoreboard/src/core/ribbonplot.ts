/** The strip of a subject's night as it is drawn: px, with the origin at the top left. */
import { captionsOf, type Caption, type Mark } from './ribbon';

export interface Placed {
  readonly mark: Mark;
  readonly x: number;
}

export interface Won extends Placed {
  readonly name: string;
  /** Where its name stands; absent where there is no room for it. */
  readonly caption?: (Caption & { readonly width: number }) | undefined;
}

export interface Plot {
  /** A place on the strip, 0 to 1, as px from its left. */
  readonly across: (at: number) => number;
  /** The place on the strip, which may lie outside of it, of so many px. */
  readonly place: (x: number) => number;
  readonly placed: readonly Placed[];
  readonly won: readonly Won[];
  /** How many rows the names take. */
  readonly rows: number;
}

/** On both sides, for what is written at the ends. */
export const EDGE = 26;
/** Of one letter of a caption, and of the space beside it. */
const [LETTER, SPACE] = [7.2, 10];
const ROWS = 3;
/** Between two marks that have no place yet. */
const APART = 14;

export function plotOf(
  marks: readonly Mark[],
  nameOf: (mark: Mark) => string,
  width: number,
): Plot {
  const waiting = marks.filter(({ at }) => at === undefined);
  const right = Math.max(
    width - EDGE - (waiting.length > 0 ? (waiting.length + 1) * APART : 0),
    width / 2,
  );
  const across = (at: number): number => EDGE + at * (right - EDGE);
  const placed = marks.map((mark) => ({
    mark,
    x: mark.at === undefined ? right + (waiting.indexOf(mark) + 1.5) * APART : across(mark.at),
  }));
  const named = placed
    .filter(({ mark }) => mark.state === 'won')
    .map(({ mark, x }) => ({ mark, x, name: nameOf(mark) }))
    .map((each) => ({ ...each, width: each.name.length * LETTER + SPACE }));
  const captions = captionsOf(named, width, ROWS);
  const won = named.map(({ mark, x, name, width: own }, i): Won => {
    const caption = captions[i];
    return { mark, x, name, caption: caption && { ...caption, width: own } };
  });
  return {
    across,
    place: (x) => (x - EDGE) / (right - EDGE),
    placed,
    won,
    rows: Math.max(...won.map(({ caption }) => (caption?.row ?? 0) + 1), 1),
  };
}
