/** All views of the chat's page under one roof: what is to be seen at each stage. */

import { canWrite, isTalking } from "../pair.js";
import { reason, t } from "../strings.js";
import { createAnnouncer } from "./announcer.js";
import { createAsks } from "./asks.js";
import { createBlock } from "./block.js";
import { createComposer } from "./composer.js";
import { closeAll, confirm } from "./confirm.js";
import { createDoorForm } from "./door-form.js";
import { keepFocus } from "./focus.js";
import { createJoinForm } from "./join-form.js";
import { createMessages } from "./messages.js";
import { createNotices } from "./notices.js";
import { createPreferences } from "./preferences.js";
import { createPushSwitch } from "./push-switch.js";
import { createReceipt } from "./receipt.js";
import { say, write } from "./sentence.js";
import { createStatus } from "./status.js";
import { createTitle } from "./title.js";
import { createTokenCard } from "./token-card.js";
import { createWaysOut } from "./ways-out.js";

const byId = (id) => document.getElementById(id);

export function createViews(root, act, { preferences, notifier }) {
  const announce = createAnnouncer(byId("announcer"));
  const names = ["leave", "change", "qr", "options", "block"];
  const dialogs = Object.fromEntries(names.map((name) => [name, byId(`${name}-dialog`)]));
  const leave = async () => (await confirm(dialogs.leave)) && act.leave();
  const options = () => dialogs.options.showModal();
  const changeToken = async () => notices.tell(await card.changeAtOnce());
  const status = createStatus(byId("status-bar"), { ...act, leave, options });
  const notices = createNotices(byId("notices"), { ...act, changeToken, announce });
  const receipt = createReceipt(byId("receipt"), announce);
  const messages = createMessages(byId("conversation"), { ...act, announce });
  const composer = createComposer(byId("composer"), act);
  const card = createTokenCard(byId("token-card"), { dialogs, announce, preferences, notifier });
  const joinForm = createJoinForm(byId("join-form"), act);
  const asks = createAsks(byId("asks"), { ...act, block });
  const doorForm = createDoorForm(byId("door-form"), announce);
  const title = createTitle(document);
  const waysOut = createWaysOut(document.querySelectorAll(".site-header a:not([aria-current]), .site-footer a"), root.dataset.newTab);
  const askToBlock = createBlock(dialogs.block, act.blocking);
  const blockPartner = dialogs.options.querySelector("[data-action=block_partner]");
  let partner = null;
  createPreferences(dialogs.options, preferences, notifier);
  createPushSwitch(dialogs.options, notifier);
  blockPartner.addEventListener("click", () => {
    dialogs.options.close();
    block(partner);
  });

  root.addEventListener("click", (event) => {
    if (!event.target.closest("[data-action=change_token]")) return;
    event.preventDefault();
    card.change();
  });

  async function block(person) {
    const outcome = await askToBlock(person);
    // Where the answer comes before the end of the conversation, that end must not take it away unread.
    const movesOn = root.dataset.stage === "talking" && person.username === partner?.username;
    if (outcome) notices.tell(outcome, { movesOn });
  }

  function renderInvite(state) {
    const stage = stageOf(state);
    byId("invite").hidden = !["waiting", "ended"].includes(stage);
    byId("logged-out").hidden = stage !== "logged_out";
    byId("elsewhere").hidden = stage !== "hidden";
    if (state.token) card.show(state.token);
    asks.render(state.asks);
    doorForm.render(state.door);
    joinForm.render(["joining", "asking"].includes(state.at), isTalking(state) ? null : state.refusal);
  }

  function renderConversation(state, conversation) {
    byId("conversation").hidden = conversation === null;
    const { pair, isReplaying = false, isTruncated = false } = conversation ?? {};
    const entries = conversation?.entries() ?? [];
    receipt.render(conversation?.receipt ?? null);
    messages.render({ pair, name: state.pair?.partner.name ?? "", entries, isReplaying, isTruncated });
    return entries.filter((entry) => !entry.mine).length;
  }

  function render(state, standing, conversation) {
    root.dataset.stage = stageOf(state);
    root.dataset.ticks = preferences.get("ticks") ? "on" : "off";
    status.render(standing, actionsOf(state, standing));
    notices.render(state);
    partner = state.pair?.partner ?? null;
    blockPartner.hidden = partner === null || state.hidden;
    const fromPartner = renderConversation(state, conversation);
    composer.show(canWrite(state));
    renderInvite(state);
    waysOut.render(isTalking(state));
    title.render(standing.refusal ? reason(standing.refusal) : t(...standing.says), fromPartner);
  }

  return {
    render: (state, standing, conversation) => keepFocus(root, () => render(state, standing, conversation)),

    /** A pair starts: what was asked before is void, and the next thing to do is to write. */
    openConversation(draft) {
      closeAll(dialogs);
      joinForm.put("");
      byId("conversation").hidden = false;
      composer.show(true);
      composer.put(draft);
      composer.focus();
    },

    giveBack(text) {
      composer.giveBack(text);
      announce(t("taken_back"));
    },

    fillIn: joinForm.put,
    /** The partner of that name is typing; null: nobody is. */
    typing(name) {
      if (name === null) write(byId("typing"), "");
      else say(byId("typing"), "typing", { name });
    },
  };
}

function stageOf({ at, line, pair, hidden }) {
  if (line === "logged_out") return "logged_out";
  if (hidden) return "hidden";
  if (isTalking({ at })) return "talking";
  return pair ? "ended" : "waiting";
}

function actionsOf(state, { action }) {
  const actions = action ? [action] : [];
  if (canWrite(state)) actions.push("leave");
  if (state.at === "asking" && state.line === "open") actions.push("withdraw");
  if (state.at === "ended" && state.line === "open") actions.push("clear");
  if (!state.hidden && state.line !== "logged_out") actions.push("options");
  return actions;
}
