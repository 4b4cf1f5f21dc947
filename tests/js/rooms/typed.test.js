import assert from "node:assert/strict";
import { test } from "node:test";

import { complete } from "../../../static/js/rooms/completion.js";
import { meaning } from "../../../static/js/rooms/typed.js";
import { BOB } from "../fakes.js";
import { CAROL, COMMANDS } from "./room_fakes.js";

const BOBBY = { username: "bobby", name: "Robert" };
const known = { commands: COMMANDS, people: [BOB, BOBBY, CAROL] };

test("words, deeds, commands, and a slash that is only a slash", () => {
  assert.deepEqual(meaning(" hello ", COMMANDS), { say: "hello", action: false });
  assert.deepEqual(meaning("/me waves  twice", COMMANDS), { say: "waves  twice", action: true });
  assert.deepEqual(meaning("/me", COMMANDS), { command: "/me" });
  assert.deepEqual(meaning("/users", COMMANDS), { command: "/users" });
  assert.deepEqual(meaning("/dance wildly", COMMANDS), { command: "/dance wildly" });
  assert.deepEqual(meaning("//usr/bin", COMMANDS), { say: "/usr/bin", action: false });
});

test("a server without /me is asked about it like about any other command", () => {
  assert.deepEqual(meaning("/me waves", []), { command: "/me waves" });
});

function suggested(text, caret = text.length) {
  const found = complete(text, caret, known);
  return found && found.options.map(({ insert }) => text.slice(0, found.start) + insert + text.slice(found.end));
}

test("commands are completed from the server's own list", () => {
  assert.deepEqual(suggested("/"), ["/users", "/msg ", "/me ", "/invite "]);
  assert.deepEqual(suggested("/M"), ["/msg ", "/me "]);
  assert.equal(suggested("/users"), null, "there is nothing left to complete");
  assert.equal(suggested("/dance"), null);
  assert.equal(suggested("//"), null);
  assert.equal(suggested("not /us"), null);
});

test("names are completed after a command that wants one", () => {
  assert.deepEqual(suggested("/msg b"), ["/msg bob ", "/msg bobby "]);
  assert.deepEqual(suggested("/msg rob"), ["/msg bobby "]);
  assert.equal(suggested("/msg bob hello c"), null);
  assert.equal(suggested("/me c"), null);
  assert.equal(suggested("/invite c"), null, "who is here is a member already");
});

test("names are completed after @, wherever it stands", () => {
  assert.deepEqual(suggested("hello @c"), ["hello @carol "]);
  assert.deepEqual(suggested("hello @c, how are you", 8), ["hello @carol , how are you"]);
  assert.equal(suggested("carol@c"), null);
  assert.equal(suggested("hello @z"), null);
});

test("a word that may be meant as it is, is known as such", () => {
  assert.equal(complete("@bob", 4, known).isWhole, true);
  assert.equal(complete("@bo", 3, known).isWhole, false);
  assert.equal(complete("@carol", 6, known), null);
});
