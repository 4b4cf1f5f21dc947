/** A line between the messages: who came and went, the administrator's words, the answer to a command. */

import { t } from "../../strings.js";
import { partsOf, say, write } from "../../views/sentence.js";
import { showDay } from "../../views/times.js";
import { helpOf, usageOf } from "../command-words.js";
import { refusalInWords } from "../refusals.js";

const MOST_NAMES = 50; // in the answer to "who is here"

const BODIES = { comings, announcement, commands, people, invited, refused };

export function createLine() {
  const element = document.getElementById("line").content.firstElementChild.cloneNode(true);
  const part = partsOf(element);
  let shown = null;

  return {
    element,

    /** Show `entry` after the one `before` it. */
    update(entry, before) {
      showDay(part.day, entry, before);
      if (entry === shown) return;
      shown = entry;
      element.dataset.kind = entry.kind;
      part.body.replaceChildren(...BODIES[entry.kind](entry));
    },
  };
}

function comings({ comings: { came, went, renamed } }) {
  const sentences = [
    ...grouped("came", came),
    ...grouped("went", went),
    ...renamed.map(({ name, before }) => sentence("renamed", { name, other: before })),
  ];
  return [paragraph(...sentences.flatMap((one) => [one, " "]))];
}

// Names as long as they are few.
function grouped(id, people) {
  const [first, second] = people;
  if (people.length === 0) return [];
  if (people.length === 1) return [sentence(id, { name: first.name })];
  if (people.length === 2) return [sentence(`${id}_two`, { name: first.name, other: second.name })];
  return [sentence(`${id}_many`, { name: first.name, count: people.length - 1 })];
}

function announcement({ text }) {
  const strong = make("strong", t("announced"));
  const words = make("span", text);
  words.dir = "auto";
  return [paragraph(strong, " ", words)];
}

function commands({ commands: all }) {
  const list = make("dl");
  for (const command of all) list.append(row(usageOf(command), helpOf(command)));
  list.append(row("//", t("slash")));
  return [paragraph(t("line_commands")), list];
}

function row(usage, help) {
  const pair = make("div");
  const code = make("code", usage);
  code.dir = "ltr";
  const term = make("dt");
  term.append(code);
  pair.append(term, make("dd", help));
  return pair;
}

function people({ people: all, online }) {
  const names = all.slice(0, MOST_NAMES).flatMap(({ name }, place) => [place ? ", " : "", make("bdi", name)]);
  const left = online - Math.min(all.length, MOST_NAMES);
  const more = left > 0 ? [" ", t("and_more", { count: left })] : [];
  return [paragraph(t("line_people", { count: online }), " ", ...names, ...more)];
}

function invited({ person }) {
  return [paragraph(sentence("line_invited", { name: person.name }))];
}

function refused({ text, refusal }) {
  return [paragraph(refusalInWords(refusal), " ", make("bdi", text))];
}

function sentence(id, params) {
  const span = make("span");
  say(span, id, params);
  return span;
}

function paragraph(...children) {
  const element = make("p");
  element.append(...children);
  return element;
}

function make(name, text) {
  const element = document.createElement(name);
  if (text !== undefined) write(element, text);
  return element;
}
