/** People as they are called now, in what stands on the page already. Pure. */

/** `entries` with the names of these `people`; an entry in which nobody is called otherwise stays the same object. */
export function calledAnew(entries, people) {
  const names = new Map(people.map(({ username, name }) => [username, name]));
  return entries.map((entry) => ["author", "to"].reduce((made, part) => renamed(made, part, names), entry));
}

function renamed(entry, part, names) {
  const person = entry[part];
  const name = names.get(person?.username) ?? person?.name;
  return name === person?.name ? entry : { ...entry, [part]: { ...person, name } };
}
