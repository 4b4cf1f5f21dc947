/** All views of a room's page under one roof. */

import { t } from "../../strings.js";
import { createAnnouncer } from "../../views/announcer.js";
import { createAsks } from "../../views/asks.js";
import { createBlock } from "../../views/block.js";
import { closeAll } from "../../views/confirm.js";
import { keepFocus } from "../../views/focus.js";
import { createPreferences } from "../../views/preferences.js";
import { say, write } from "../../views/sentence.js";
import { createStatus } from "../../views/status.js";
import { createTitle } from "../../views/title.js";
import { refusalInWords } from "../refusals.js";
import { find } from "../roster.js";
import { choose } from "./choosing.js";
import { createCompleting } from "./completing.js";
import { createComposing } from "./composing.js";
import { createFacts } from "./facts.js";
import { createMenu } from "./menu.js";
import { createMessages } from "./messages.js";
import { createNotices } from "./notices.js";
import { createPeople } from "./people.js";
import { createPerson } from "./person.js";
import { createReporting } from "./reporting.js";

const DIALOGS = ["people", "person", "menu", "delete", "report", "options", "block"];
const byId = (id) => document.getElementById(id);

export function createViews(root, act, preferences) {
  let now = { state: null, entries: [] }; // what is shown
  const announce = createAnnouncer(byId("announcer"));
  const dialogs = Object.fromEntries(DIALOGS.map((name) => [name, byId(`${name}-dialog`)]));
  const status = createStatus(byId("status-bar"), { ...act, options, people: () => people.open() });
  const facts = createFacts(root, () => closeAll(dialogs));
  const notices = createNotices(byId("notices"), { ...act, announce });
  const asks = createAsks(byId("asks"), { ...act, block }, "room_asks");
  const messages = createMessages(byId("conversation"), { ...act, open: openMessage, person: openPerson, announce });
  const people = createPeople(
    { root: byId("people"), panel: byId("people-panel"), dialog: dialogs.people, count: byId("people-count") },
    { ...act, person: openPerson },
  );
  createCompleting(byId("composer"), () => ({ commands: now.state.commands, people: others() }), announce); // hears keys first
  const composer = createComposing(byId("composer"), act);
  const reporting = createReporting(root, { bar: byId("picked"), dialog: dialogs.report, list: byId("log").querySelector("ol") }, {
    entryOf,
    done: () => notices.tell("reported"),
  });
  const person = createPerson(dialogs.person, {
    ask: ({ username }) => act.askFor(username),
    whisper: (somebody) => composer.whisper(somebody),
    block,
  });
  const menu = createMenu(dialogs.menu, dialogs.delete, {
    edit: (entry) => composer.edit(entry),
    report: ({ key }) => reporting.begin(key),
    remove: ({ seq }) => act.delete(seq),
    keepsOrder: act.keepsOrder,
    announce,
  });
  const askToBlock = createBlock(dialogs.block);
  const title = createTitle(document);
  createPreferences(dialogs.options, preferences);

  function entryOf(key) {
    return now.entries.find((entry) => entry.key === key);
  }

  function others() {
    return now.state.roster.people.filter(({ username }) => username !== now.state.user.username);
  }

  async function options() {
    const choice = await choose(dialogs.options, ["pick", "leave"]);
    if (choice === "pick") reporting.begin();
    if (choice === "leave") act.leave();
  }

  function openPerson(username) {
    const here = find(now.state.roster, username);
    const somebody = here ?? now.entries.find(({ author }) => author?.username === username)?.author;
    people.close();
    if (somebody) person(somebody, { isMe: username === now.state.user.username, isHere: here !== undefined });
  }

  function openMessage(key) {
    const entry = entryOf(key);
    if (entry) menu(entry);
  }

  async function block(somebody) {
    const outcome = await askToBlock(somebody);
    if (outcome) notices.tell(outcome);
  }

  function render(state, standing, conversation) {
    const all = conversation.entries();
    const entries = preferences.get("comings") ? all : all.filter(({ kind }) => kind !== "comings");
    now = { state, entries };
    root.dataset.ticks = preferences.get("ticks") ? "on" : "off";
    status.render(standing, actionsOf(state, standing));
    notices.render(state);
    asks.render(state.asks);
    facts.render(state);
    people.render(state);
    const { hasOlder, isAskingOlder, isReplaying } = conversation;
    messages.render({ entries, hasOlder, isAskingOlder, isReplaying });
    title.render(t(...standing.says), conversation.heard);
  }

  return {
    render: (state, standing, conversation) => keepFocus(root, () => render(state, standing, conversation)),

    get isAtEnd() {
      return messages.isAtEnd;
    },

    open(draft) {
      composer.put(draft);
      if (matchMedia("(hover: hover)").matches) composer.focus(); // on a phone that would open its keyboard
    },

    giveBack(text) {
      composer.giveBack(text);
      announce(t("taken_back"));
    },

    /** What was typed was refused; `message` is the one it would have changed, if it was an edit. False if it found no room. */
    refused(text, refusal, message) {
      if (message) composer.edit(message, text);
      return composer.giveBackRefused(text, refusalInWords(refusal));
    },

    typing(typists) {
      const [one, two] = typists;
      if (typists.length === 0) write(byId("typing"), "");
      else if (typists.length === 1) say(byId("typing"), "typing", { name: one.name });
      else if (typists.length === 2) say(byId("typing"), "typing_two", { name: one.name, other: two.name });
      else write(byId("typing"), t("typing_many"));
    },
  };
}

function actionsOf({ at }, { action }) {
  const actions = action ? [action] : [];
  if (at === "here") actions.push("people");
  if (at !== "out") actions.push("options");
  return actions;
}
