/** Who is in the room. Pure: `{people, online}`, where `people` is by user name and may be only some of those `online`. */

export const NOBODY = { people: [], online: 0 };

/** As the server tells it: with the welcome, or when asked. */
export function told({ members, online }) {
  return { people: inOrder(members), online };
}

export function entered({ people }, { people: these, online }) {
  return { people: inOrder([...without(people, these), ...these]), online };
}

export function exited({ people }, { people: these, online }) {
  return { people: without(people, these), online };
}

export function renamed(roster, { username, name }) {
  return { ...roster, people: roster.people.map((one) => (one.username === username ? { username, name } : one)) };
}

/** The person of that user name, if they are known to be here. */
export function find({ people }, username) {
  return people.find((one) => one.username === username);
}

function without(people, these) {
  const gone = new Set(these.map(({ username }) => username));
  return people.filter(({ username }) => !gone.has(username));
}

function inOrder(people) {
  return [...people].sort((one, other) => (one.username < other.username ? -1 : 1));
}
