/** The sentences of a room's page, by id, in English. */

import { gettext_noop, ngettext_lazy } from "../translatable.js";

export const ROOM_SENTENCES = {
  // Where you stand
  lobby: gettext_noop("Lobby"),
  room_here: gettext_noop("Connected"),
  room_asking: gettext_noop("{name} was asked for a private chat"),
  room_asking_as: gettext_noop("{name} (@{username}) was asked for a private chat"),
  room_going: gettext_noop("On to your private chat…"),
  room_troubled: gettext_noop("Something does not work right now: messages may take longer, and who is here may be out of date."),
  room_removed: gettext_noop("You were removed from this room"),
  room_removed_next: gettext_noop("Whoever keeps order here decided that. A new invitation would let you in again."),
  room_no_room: gettext_noop("There is no such room for you"),
  room_no_room_next: gettext_noop("It was deleted, or it is by invitation and you have none."),
  room_closed: gettext_noop("This room was closed"),
  room_closed_next: gettext_noop("Nobody can write or read here any more."),
  room_logged_out_next: gettext_noop("Whatever stood here is gone from this screen. Log in to go on."),
  room_left: gettext_noop("You left the room"),
  room_kept: ngettext_lazy("Messages are kept for {count} day.", "Messages are kept for {count} days."),
  muted_until: gettext_noop("You can read here, and write again from {time} on."),
  muted_for_good: gettext_noop("You can read here, but not write."),
  not_copied_here: gettext_noop("Copying did not work here."),

  // Messages
  show_older: gettext_noop("Show older messages"),
  reading_older: gettext_noop("Reading older messages…"),
  state_delayed: gettext_noop("Not stored yet. It is sent again by itself."),
  deleted_message: gettext_noop("This message was deleted"),
  unknown_author: gettext_noop("Somebody who is gone"),
  whisper_to: gettext_noop("Whisper: only you and {name} see this"),
  typing_two: gettext_noop("{name} and {other} are typing…"),
  typing_many: gettext_noop("Several people are typing…"),
  message_from: gettext_noop("Message from {name}"),
  message_own: gettext_noop("Your message"),

  // Lines between the messages
  came: gettext_noop("{name} came in."),
  came_two: gettext_noop("{name} and {other} came in."),
  came_many: ngettext_lazy("{name} and {count} other came in.", "{name} and {count} others came in."),
  went: gettext_noop("{name} went out."),
  went_two: gettext_noop("{name} and {other} went out."),
  went_many: ngettext_lazy("{name} and {count} other went out.", "{name} and {count} others went out."),
  renamed: gettext_noop("{other} is called {name} now."),
  announced: gettext_noop("From the administrator:"),
  line_invited: gettext_noop("{name} was invited."),
  line_people: ngettext_lazy("{count} person is here:", "{count} people are here:"),
  line_commands: gettext_noop("What you can type here:"),
  and_more: ngettext_lazy("and {count} more", "and {count} more"),
  slash: gettext_noop("A message that begins with a slash."),

  // Commands, by name
  command_users: gettext_noop("Show who is here."),
  command_msg: gettext_noop("Whisper to somebody who is here: only the two of you see it, and it is not kept."),
  command_me: gettext_noop("Say what you do, such as “waves”."),
  command_name: gettext_noop("Take another display name."),
  command_invite: gettext_noop("Invite somebody to this room."),
  command_leave: gettext_noop("Go out of this room. You stay a member."),
  command_help: gettext_noop("Show the commands."),
  command_announce: gettext_noop("Say something to everybody, in every room."),
  command_shutdown: gettext_noop("Stop the site after so many seconds, and tell everybody."),

  // How those are written that want more than their name: capitals stand for somebody's choice
  usage_msg: gettext_noop("/msg NAME text"),
  usage_me: gettext_noop("/me text"),
  usage_name: gettext_noop("/name NEW"),
  usage_invite: gettext_noop("/invite NAME"),
  usage_announce: gettext_noop("/announce text"),
  usage_shutdown: gettext_noop("/shutdown 60 text"),
  suggestions: ngettext_lazy("{count} suggestion", "{count} suggestions"),

  // Writing
  mode_whisper: gettext_noop("Whispering to {name}: only they see it"),
  mode_edit: gettext_noop("Editing your message"),
  not_connected: gettext_noop("You are not connected. Your text stays here."),

  // People
  you_are: gettext_noop("You"),

  // Asking for a private chat
  room_asks: gettext_noop("{name} asks you for a private chat"),
  room_asks_as: gettext_noop("{name} (@{username}) asks you for a private chat"),
  fate_declined: gettext_noop("{name} does not want a private chat now."),
  fate_expired: gettext_noop("{name} did not answer."),
  fate_gone: gettext_noop("{name} is not here any more."),
  fate_withdrawn: gettext_noop("You ask {name} no more."),
  fate_lost: gettext_noop("The connection was lost, and your question to {name} with it. Ask again."),
  room_lapsed: gettext_noop("{name} asked you for a private chat and waits no longer."),
  arranged: gettext_noop("{name} said yes. Waiting for them to open the private chat…"),
  arranged_host: gettext_noop("You said yes to {name}. Waiting for them to come…"),
  arranged_gone: gettext_noop("They did not come in time"),
  arranged_gone_next: gettext_noop("Ask them again in the room."),
  asking_already: gettext_noop("You are asking somebody already"),
  asking_already_next: gettext_noop("Wait for the answer, or ask no more there, then ask again."),
  arranged_full: gettext_noop("Room is Full: they are still talking with somebody else"),
  arranged_full_next: gettext_noop("Ask them again in the room when they are free."),

  // Reports
  picked: ngettext_lazy("{count} message selected", "{count} messages selected"),
  reported: gettext_noop("Sent to the administrator. Thank you."),
  not_reported: gettext_noop("The report could not be sent. Try again in a moment."),

  // Refusals
  room_no_ask_next: gettext_noop("They can ask again."),
  empty: gettext_noop("There is nothing in this message"),
  muted: gettext_noop("You cannot write in this room for now"),
  not_allowed: gettext_noop("You may not do this here"),
  no_message: gettext_noop("There is no such message, or it is not yours"),
  unknown_command: gettext_noop("There is no such command"),
  unknown_command_next: gettext_noop("/help lists those there are. Two slashes begin a message with one."),
  bad_command: gettext_noop("Something is missing"),
  bad_command_next: gettext_noop("/help says how this command is written."),
  unknown_user: gettext_noop("There is nobody of this name"),
  not_here: gettext_noop("This person is not here right now"),
  yourself: gettext_noop("That is you"),
  is_member: gettext_noop("This person is in the room already"),
  too_many: gettext_noop("Too many are invited already. Take some invitations back first."),
  name_taken: gettext_noop("Somebody has this name, or one that looks like it"),
  perhaps_unsent: gettext_noop("Perhaps this was not sent"),
  perhaps_unsent_next: gettext_noop("The connection was lost before an answer came."),
  bad_name: gettext_noop("This cannot be a name"),
};
