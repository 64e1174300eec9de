/** What a window shows where only its tab is seen: that it is a rehearsal's. */

const ICON = 'link[rel="icon"]';

/** Wears the amber icon until the returned function is called. */
export function wearRehearsal(page: Document): () => void {
  const link = page.querySelector<HTMLLinkElement>(ICON);
  if (!link) return () => undefined;
  const before = link.href;
  link.href = `${import.meta.env.BASE_URL}rehearsal.svg`;
  return () => {
    link.href = before;
  };
}
