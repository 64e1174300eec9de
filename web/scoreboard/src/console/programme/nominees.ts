/** How a nominee of a programme is named before there is a board. */
import { list } from '../../core/format';
import type { Programme } from './types';

type Nominee = Programme['categories'][number]['nominees'][number];

export function lineOfNominee(
  { id, work, people, detail }: Nominee,
  titles: ReadonlyMap<string, string>,
): { readonly title: string; readonly by: string } {
  const title = work === undefined ? undefined : (titles.get(work) ?? work);
  const { song, country, character } = detail ?? {};
  const given = [
    song === undefined ? undefined : `“${song}”`,
    title,
    list(people.map(({ name }) => name)),
    character,
    country,
  ].filter((each) => each);
  const [first = id, ...others] = given;
  return { title: first, by: others.join(' · ') };
}
