/**
 * What the server writes of results into the page, for those who run no script and for links that
 * are shared. Nobody reads it here, and where results are hidden or late it would tell them.
 */
const SHARED =
  'meta[property^="og:"], meta[name^="twitter:"], meta[name="description"], ' +
  'link[rel="image_src"], script[type="application/ld+json"]';

/** What is written for those without script, who are not here. */
export function removePlain(): void {
  document.querySelectorAll('noscript').forEach((each) => each.remove());
}

export function removeShared(): void {
  document.querySelectorAll(SHARED).forEach((each) => each.remove());
}
