import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { make, parse } from "../../../static/js/rooms/protocol.js";
import { aMessage, aRoomWelcome } from "./room_fakes.js";

const FRAMES = JSON.parse(readFileSync(new URL("../../fixtures/room_frames.json", import.meta.url)));

for (const frame of FRAMES.server) {
  test(`the server's ${frame.type} is understood: ${JSON.stringify(frame).slice(0, 60)}`, () => {
    assert.deepEqual(parse(JSON.stringify(frame)), frame);
  });
}

const MAKE = {
  message: ({ n, text, action }) => make.message(n, text, action),
  whisper: ({ to, text }) => make.whisper(to, text),
  edit: ({ of, text }) => make.edit(of, text),
  delete: ({ of }) => make.delete(of),
  typing: ({ active }) => make.typing(active),
  resume: ({ seq }) => make.resume(seq),
  history: ({ before }) => make.history(before),
  members: () => make.members(),
  command: ({ text, n }) => make.command(text, n),
  ask: ({ to }) => make.ask(to),
  admit: ({ ask }) => make.admit(ask),
  decline: ({ ask }) => make.decline(ask),
  withdraw: ({ ask }) => make.withdraw(ask),
  leave: () => make.leave(),
  ping: () => make.ping(),
};

for (const frame of FRAMES.client) {
  test(`the page makes ${frame.type} as the protocol has it`, () => assert.deepEqual(MAKE[frame.type](frame), frame));
}

test("the fixture has every frame that the page can make, and every one has its example", () => {
  assert.deepEqual(new Set(FRAMES.client.map((frame) => frame.type)), new Set(Object.keys(make)));
});

test("a field too few or of another kind makes a frame unbelievable", () => {
  const message = aMessage(1);
  for (const name of Object.keys(message)) {
    assert.equal(parse(JSON.stringify({ ...message, [name]: undefined })), null, `without ${name}`);
    assert.equal(parse(JSON.stringify({ ...message, [name]: { a: 1 } })), null, `${name} as an object`);
  }
  assert.ok(parse(JSON.stringify({ ...message, author: null })), "whose account is gone");
});

test("what a welcome has inside is looked at too", () => {
  assert.ok(parse(JSON.stringify(aRoomWelcome({ messages: [aMessage(1)] }))));
  for (const broken of [{ messages: [{}] }, { members: [7] }, { room: null }, { commands: {} }]) {
    assert.equal(parse(JSON.stringify(aRoomWelcome(broken))), null, JSON.stringify(broken));
  }
});
