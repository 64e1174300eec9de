/** What a win touches on the board, for the moment in which it is celebrated. */
import type { Board, Frame, Subject } from '../types';

export interface Fresh {
  readonly version: number;
  readonly category: string;
  readonly subjects: Record<Subject, ReadonlySet<string>>;
}

export function freshOf(frame: Frame | undefined, board: Board): Fresh | undefined {
  if (frame?.event.type !== 'winner-announced') return undefined;
  const { category, nominees } = frame.event;
  const { version } = frame;
  const works = new Set<string>();
  const people = new Set<string>();
  const distributors = new Set<string>();
  for (const id of nominees) {
    const nominee = board.categories[category]?.nominees[id];
    nominee?.people.forEach((person) => people.add(person));
    if (nominee?.work === undefined) continue;
    works.add(nominee.work);
    board.works[nominee.work]?.distributors.forEach((company) => distributors.add(company));
  }
  return { version, category, subjects: { works, people, distributors } };
}

/** The frame of a version in a list that may not begin at 1 or may have gaps. */
export function frameOf(frames: readonly Frame[], version: number): Frame | undefined {
  const direct = frames[version - 1];
  return direct?.version === version ? direct : frames.find((frame) => frame.version === version);
}
