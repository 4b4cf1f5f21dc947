/**
 * Every sentence of these pages that is not in a template, by id, in English; where the page is in another language, its
 * catalogue (static/js/catalog/, written by scripts/messages.py) says the same in that one.
 */

import { LOCALE } from "./locale.js";
import { ROOM_SENTENCES } from "./rooms/sentences.js";
import { gettext_noop, ngettext_lazy } from "./translatable.js";

const SENTENCES = {
  ...ROOM_SENTENCES,

  // Where you stand
  connecting: gettext_noop("Connecting…"),
  waiting: gettext_noop("Waiting for someone to use your token"),
  not_disturbed: gettext_noop("Do not disturb is on: nobody can join you"),
  joining: gettext_noop("Asking for the seat…"),
  asking: gettext_noop("{name} was asked to let you in"),
  asking_as: gettext_noop("{name} (@{username}) was asked to let you in"),
  answer_within: gettext_noop("Answer within {seconds} s"),
  asks: gettext_noop("{name} asks for the seat beside you"),
  asks_as: gettext_noop("{name} (@{username}) asks for the seat beside you"),
  connected: gettext_noop("Connected with {name}"),
  connected_as: gettext_noop("Connected with {name} (@{username})"),
  away: gettext_noop("{name}'s connection dropped."),
  away_for_a_while: gettext_noop("{name}'s connection dropped. The seat is kept for a short while."),
  seat_kept: gettext_noop("Seat kept {seconds} s"),
  seat_kept_spoken: gettext_noop("The seat is kept for {seconds} seconds."),
  left: gettext_noop("{name} left. You can be joined again, or join someone."),
  left_timeout: gettext_noop("{name} did not come back. You can be joined again, or join someone."),
  left_logged_out: gettext_noop("{name} logged out. You can be joined again, or join someone."),
  you_left: gettext_noop("You left the conversation with {name}. You can be joined again, or join someone."),
  you_blocked: gettext_noop("You blocked {name}. You can be joined again, or join someone."),
  gone: gettext_noop("The conversation with {name} is over. You can be joined again, or join someone."),
  offline: gettext_noop("You are offline."),
  unreachable: gettext_noop("Tandem cannot be reached. You are offline, or it is."),
  restarting: gettext_noop("Tandem is restarting."),
  flooding: gettext_noop("Too much was sent at once."),
  troubled: gettext_noop("Tandem's memory does not answer. What you write waits here."),
  trying_in: gettext_noop("Trying again in {seconds} s"),
  trying_now: gettext_noop("Trying again…"),
  replaced: gettext_noop("Tandem is open in another window"),
  logged_out: gettext_noop("Your login on this page has ended."),
  stopped: gettext_noop("The server closed the connection"),

  // Refusals: what it is, and what to do next
  room_full: gettext_noop("Room is Full"),
  room_full_next: gettext_noop(
    "The owner of this token is talking with somebody else. Ask them to tell you when the seat is free.",
  ),
  unknown_token: gettext_noop("Nobody has this token"),
  unknown_token_next: gettext_noop("Perhaps a digit is missing, or it was for one use only. Ask your partner for the current one."),
  changed_token: gettext_noop("This token was changed"),
  changed_token_next: gettext_noop("It was your partner's until they took a new one. Ask them for it."),
  own_token: gettext_noop("This is your own token"),
  own_token_next: gettext_noop("Give it to your partner, or paste theirs here."),
  partner_offline: gettext_noop("The owner of this token is not here right now"),
  partner_offline_next: gettext_noop("Ask them to open the private chat, then try again."),
  partner_notified: gettext_noop("Their device has just told them that somebody is here. Wait a little, then try again."),
  declined: gettext_noop("They do not want to talk right now"),
  declined_next: gettext_noop("They saw who asked. Try again another time, or write to them elsewhere."),
  not_answered: gettext_noop("They did not answer"),
  not_answered_next: gettext_noop("Perhaps they are not looking. Tell them, then try again."),
  withdrawn: gettext_noop("You ask no more"),
  withdrawn_next: gettext_noop("To ask again, press Join."),
  no_ask: gettext_noop("They wait no longer"),
  no_ask_next: gettext_noop("They can ask again with your token."),
  already_paired: gettext_noop("You are in a conversation already"),
  already_paired_next: gettext_noop("Leave it first, then use the token or the link again."),
  rate_limited: gettext_noop("Too many tries in a short time"),
  rate_limited_next: gettext_noop("Wait a minute, then try again."),
  unavailable: gettext_noop("Tandem cannot do this right now"),
  unavailable_next: gettext_noop("Nothing is wrong on your side. Try again in a moment."),
  too_long: gettext_noop("This is too long"),
  too_long_next: gettext_noop("Make it shorter, then try again."),
  bad_frame: gettext_noop("The server did not understand this page"),
  bad_frame_next: gettext_noop("Reload the page, then try again."),
  unknown_type: gettext_noop("The server did not understand this page"),
  unknown_type_next: gettext_noop("Reload the page, then try again."),
  not_paired: gettext_noop("The conversation is over"),
  not_paired_next: gettext_noop("Ask for a new one with your partner's token."),
  wrong_pair: gettext_noop("The conversation is over"),
  wrong_pair_next: gettext_noop("Ask for a new one with your partner's token."),
  out_of_order: gettext_noop("A message before this one is still on its way"),
  out_of_order_next: gettext_noop("Try again in a moment."),
  already_delivered: gettext_noop("It is on your partner's screen already"),
  already_delivered_next: gettext_noop("What was seen cannot be taken back."),
  unsure: gettext_noop("Nobody knows whether this was stored"),
  unsure_next: gettext_noop("Ask your partner before you send it again."),

  // A token that cannot be one
  token_empty: gettext_noop("Paste your partner's token or link first."),
  token_link: gettext_noop(
    "There is no token in this link. Ask for the whole link: the token is its last part, after the # sign.",
  ),
  token_characters: gettext_noop("This is not a token: a token has 32 hex digits (0 to 9 and a to f)."),
  token_short: gettext_noop("Something is missing: a token has 32 hex digits (0 to 9 and a to f), this has {digits}."),
  token_long: gettext_noop(
    "This is too much: a token has 32 hex digits (0 to 9 and a to f). Paste only the token or the link.",
  ),

  // Messages
  you: gettext_noop("You"),
  author_says: gettext_noop("{name}: "),
  state_sending: gettext_noop("Sending"),
  state_queued: gettext_noop("Waiting to be sent"),
  state_stored: gettext_noop("Stored"),
  state_delivered: gettext_noop("Delivered"),
  state_refused: gettext_noop("Not sent"),
  state_undelivered: gettext_noop("Not delivered"),
  state_unconfirmed: gettext_noop("Delivery not confirmed"),
  state_unsent: gettext_noop("Not sent"),
  refused_because: gettext_noop("Not sent: {reason}"),
  today: gettext_noop("Today"),
  yesterday: gettext_noop("Yesterday"),
  new_messages: ngettext_lazy("{count} new message", "{count} new messages"),
  typing: gettext_noop("{name} is typing…"),
  characters_left: ngettext_lazy("{count} character left", "{count} characters left"),
  characters_over: ngettext_lazy(
    "{count} character too many: a message has at most {limit}.",
    "{count} characters too many: a message has at most {limit}.",
  ),
  outbox_full: gettext_noop("Too many messages are waiting to be sent. Your text stays here until there is room."),
  taken_back: gettext_noop("Taken back: the text is in the message field again."),
  message_failed: gettext_noop("{state}: {text}"),

  message_not_copied: gettext_noop("Copying did not work here. The message is selected: copy it by hand."),
  show_all: gettext_noop("Show all"),
  show_less: gettext_noop("Show less"),

  // When it is over
  under_a_minute: gettext_noop("less than a minute"),
  receipt_spoken: ngettext_lazy(
    "Together: {time}. {count} message. Kept on the server: nothing.",
    "Together: {time}. {count} messages. Kept on the server: nothing.",
  ),

  // The invitation
  invites: gettext_noop("{name} invites you to a private chat for two"),
  invites_as: gettext_noop("{name} (@{username}) invites you to a private chat for two"),
  arrived: gettext_noop("Somebody sat down beside you"),
  arrived_body: gettext_noop("Your partner is here: go back to Tandem to talk."),
  knocked: gettext_noop("Somebody asks for the seat beside you"),
  knocked_body: gettext_noop("Go back to Tandem to let them in, or not."),
  lapsed_withdrawn: gettext_noop("{name} asks no more."),
  lapsed_offline: gettext_noop("{name} asked for the seat beside you and went away."),
  lapsed_expired: gettext_noop("{name} asked for the seat beside you and waits no longer."),
  block: gettext_noop("Block {name}?"),
  block_as: gettext_noop("Block {name} (@{username})?"),
  blocked: gettext_noop("Blocked. You can undo it in the settings."),
  not_blocked: gettext_noop("This could not be done. Try again in a moment."),
  door_changed: gettext_noop("Saved"),
  door_not_changed: gettext_noop("This could not be saved. Try again in a moment."),
  notify_refused: gettext_noop("This browser does not let Tandem notify you. You can change that in the browser's settings for this site."),
  notify_on: gettext_noop("You will be notified when they come."),
  push_failed: gettext_noop("This browser could not be reached from outside. Try again later."),

  // Token card
  copied: gettext_noop("Copied"),
  not_copied: gettext_noop("Copying did not work here. Select the token and copy it by hand."),
  token_changed: gettext_noop("Your token was changed. The old one no longer works."),
  token_not_changed: gettext_noop("The token could not be changed. Try again in a moment."),
  share_text: gettext_noop("Talk with me on Tandem, a private chat for two:"),
  someone_tried: ngettext_lazy(
    "Somebody tried to join and was told “Room is Full”.",
    "There were {count} attempts to join with a token of yours or your partner's; all were told “Room is Full”.",
  ),

  // Passkeys and recovery codes
  passkey_dismissed: gettext_noop("No passkey was used. Try again, or go another way."),
  passkey_known: gettext_noop("This device has a passkey for your account already."),
  passkey_address: gettext_noop("Passkeys need this site's name in the address, such as “localhost” instead of 127.0.0.1."),
  passkey_failed: gettext_noop("The passkey could not be used here. Try again, or go another way."),
  passkey_unreachable: gettext_noop("Tandem cannot be reached. Try again in a moment."),
  codes_copied: gettext_noop("Copied. Put them where you find them without your phone."),
  codes_not_copied: gettext_noop("Copying did not work here. The codes are selected: copy them by hand."),

  stopping: gettext_noop("Tandem will be stopped at {time} and come back by itself."),
  stopping_because: gettext_noop("Tandem will be stopped at {time}: {text}"),

  // The title of a tab in the background
  title_messages: ngettext_lazy("({count}) New message · Tandem", "({count}) New messages · Tandem"),
  title_news: gettext_noop("{sentence} · Tandem"),
};

const ENGLISH = { plural: (count) => Number(count !== 1), sentences: {} };
const NUMBER = new Intl.NumberFormat(LOCALE);

/** The sentence `id` with its {params} filled in. Where it has a plural, `params.count` chooses. */
export function t(id, params = {}) {
  return parts(id, params).map(({ text }) => text).join("");
}

/** Whether there is a sentence `id`. */
export function knows(id) {
  return Object.hasOwn(SENTENCES, id);
}

/** The sentence for what the server refused: ours, or the server's own where the code is news to this page. */
export function reason({ code, message, changed }) {
  if (changed) return t("changed_token");
  return knows(code) ? t(code) : message;
}

/** What to do next about it, or nothing. */
export function advice({ code, notified, changed }) {
  if (changed) return t("changed_token_next");
  if (notified) return t("partner_notified");
  return knows(`${code}_next`) ? t(`${code}_next`) : "";
}

/** The sentence in pieces: `{text}` for its own words, `{text, param}` for what was filled in. */
export function parts(id, params = {}) {
  return translated(SENTENCES[id], params.count)
    .split(/\{(\w+)\}/)
    .map((text, place) => (place % 2 ? { text: filling(params[text]), param: text } : { text }))
    .filter(({ text }) => text !== "");
}

function filling(value) {
  return typeof value === "number" ? NUMBER.format(value) : String(value ?? "");
}

function translated(sentence, count) {
  const { plural, sentences } = globalThis.tandemCatalogue ?? ENGLISH;
  if (!Array.isArray(sentence)) return sentences[sentence] ?? sentence;
  return (sentences[sentence[0]] ?? sentence)[plural(count)];
}
