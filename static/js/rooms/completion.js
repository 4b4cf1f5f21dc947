/** What could be meant by a word that is only begun: a command, or somebody's name. Pure. */

import { usageOf } from "./command-words.js";

const MOST = 8; // suggestions at once
const COMMAND = /^\/[^\s/]*$/u;
const NAME_OF_COMMAND = /^\/(\S+)\s+(\S*)$/u;
const MENTION = /(?:^|\s)@(\S*)$/u;

/**
 * For `text` with the caret at `caret`: `{start, end, options}`, where each option of the word from `start` to `end` is
 * `{label, detail, insert}`, or null. `isWhole` says that the word may be meant as it is.
 *
 * `commands` are the server's; which of them want a name is read from their usage, such as "/msg NAME text".
 */
export function complete(text, caret, { commands, people }) {
  const before = text.slice(0, caret);
  const found = commandsFor(before, commands) ?? namesOf(before, commands, people) ?? mentions(before, people);
  if (!found || found.options.length === 0) return null;
  const word = text.slice(found.start, caret);
  const isWhole = found.options.some(({ insert }) => insert.trimEnd() === word);
  if (isWhole && found.options.length === 1) return null;
  return { ...found, end: caret, isWhole };
}

function commandsFor(before, commands) {
  if (!COMMAND.test(before)) return null;
  const begun = before.slice(1).toLowerCase();
  const options = commands
    .filter(({ name }) => name.startsWith(begun))
    .map((command) => ({ label: usageOf(command), command, insert: `/${command.name}${wantsMore(command) ? " " : ""}` }));
  return { start: 0, options };
}

function namesOf(before, commands, people) {
  const [, name, begun] = before.match(NAME_OF_COMMAND) ?? [];
  if (name === undefined) return null;
  const command = commands.find((one) => one.name === name);
  if (!command || !wantsName(command)) return null;
  return { start: before.length - begun.length, options: named(begun, people, "") };
}

function mentions(before, people) {
  const begun = before.match(MENTION)?.[1];
  return begun === undefined ? null : { start: before.length - begun.length - 1, options: named(begun, people, "@") };
}

function named(begun, people, sign) {
  const wanted = begun.toLocaleLowerCase();
  const fits = (text) => text.toLocaleLowerCase().startsWith(wanted);
  return people
    .filter(({ username, name }) => fits(username) || fits(name))
    .slice(0, MOST)
    .map(({ username, name }) => ({ label: name, detail: `@${username}`, insert: `${sign}${username} ` }));
}

function wantsMore({ name, usage }) {
  return usage.trim() !== `/${name}`;
}

// Who is here is a member already, so no name of theirs fits an invitation.
function wantsName({ name, usage }) {
  return name !== "invite" && usage.split(/\s+/u)[1] === "NAME";
}
