/** How times, days and numbers are written: in the page's language, and there as the person's own region has it. */

/** The first of `preferred` that is of the language of the page, such as en-GB on a page in English; else that language. */
export function localeFor(page, preferred) {
  const language = (tag) => tag.split("-")[0].toLowerCase();
  return preferred.find((tag) => language(tag) === language(page)) ?? page;
}

export const LOCALE = localeFor(
  globalThis.document?.documentElement.lang || "en",
  globalThis.document ? navigator.languages : [], // outside of a page there is no person
);
