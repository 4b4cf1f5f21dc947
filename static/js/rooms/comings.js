/** Who came and went in between two messages: of each person only what was last, so that it stays a line. Pure. */

export const NONE = { came: [], went: [], renamed: [] };

/** After these people came in. */
export function came(comings, people) {
  return { ...comings, came: [...without(comings.came, people), ...people], went: without(comings.went, people) };
}

/** After these people went out. */
export function went(comings, people) {
  return { ...comings, came: without(comings.came, people), went: [...without(comings.went, people), ...people] };
}

/** After somebody took another name: told from the first to the last. */
export function renamed(comings, { username, name, before }) {
  const known = comings.renamed.find((one) => one.username === username);
  const others = comings.renamed.filter((one) => one !== known);
  const first = known?.before ?? before;
  const change = first === name ? [] : [{ username, name, before: first }];
  return { ...comings, renamed: [...others, ...change] };
}

export function isNothing({ came: some, went: others, renamed: changed }) {
  return some.length + others.length + changed.length === 0;
}

function without(people, these) {
  const names = new Set(these.map(({ username }) => username));
  return people.filter(({ username }) => !names.has(username));
}
