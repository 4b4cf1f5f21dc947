import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { RoomLog } from "../../../static/js/rooms/log.js";
import { BOB } from "../fakes.js";

let log;
beforeEach(() => (log = new RoomLog()));

const said = (seq, text = `number ${seq}`) => ({ seq, author: BOB, text, action: false, edited: false, deleted: false });
const texts = () => log.messages.map((one) => one.text);

test("a message that comes twice is here once, in the order of seq", () => {
  log.begin(1, [said(1)], false);
  for (const seq of [3, 2, 3, 1]) log.add(said(seq));
  assert.deepEqual(texts(), ["number 1", "number 2", "number 3"]);
  assert.equal(log.end, 3);
  assert.equal(log.hasGap, false);
});

test("a gap is seen until what was missing came, or a replay says that nothing more comes", () => {
  log.begin(1, [said(1)], false);
  log.add(said(3));
  assert.equal(log.hasGap, true);
  log.resumed(3, true); // 2 was an edit that a later one made needless
  assert.equal(log.hasGap, false);
  assert.equal(log.end, 3);
});

test("edits and deletions have a place of their own, and each counts once", () => {
  log.begin(2, [said(1), said(2)], false);
  log.edit({ seq: 3, of: 1, text: "better" });
  log.edit({ seq: 3, of: 1, text: "never" });
  log.delete({ seq: 4, of: 2 });
  assert.deepEqual(log.messages.map(({ text, edited, deleted }) => [text, edited, deleted]), [
    ["better", true, false],
    ["", false, true],
  ]);
  assert.equal(log.end, 4);
});

test("what was deleted stays so, whatever is told of it late", () => {
  log.begin(1, [said(1)], false);
  log.delete({ seq: 3, of: 1 });
  log.edit({ seq: 2, of: 1, text: "late" });
  assert.deepEqual(texts(), [""]);
});

test("an edit of a message that is not here yet is not lost to an older page with its old text", () => {
  log.begin(10, [said(10)], true);
  log.edit({ seq: 11, of: 5, text: "better" });
  log.addOlder([said(5), said(6)], false);
  assert.deepEqual(texts(), ["better", "number 6", "number 10"]);
  assert.equal(log.more, false);
});

test("a message that nobody changed keeps its identity", () => {
  log.begin(2, [said(1), said(2)], false);
  const [, second] = log.messages;
  log.edit({ seq: 3, of: 1, text: "better" });
  assert.equal(log.get(2), second);
});

test("where the server no longer had all that was missed, nothing stands in front of the hole", () => {
  log.begin(2, [said(1), said(2)], false);
  log.add(said(50));
  log.resumed(50, false);
  assert.deepEqual(texts(), ["number 50"]);
  assert.equal(log.more, true);
});

test("the oldest go where there are too many, and can be read again", () => {
  log.begin(4, [1, 2, 3, 4].map((seq) => said(seq)), false);
  log.trim(2);
  assert.deepEqual([texts(), log.more, log.start], [["number 3", "number 4"], true, 3]);
  log.addOlder([said(1), said(2)], false);
  assert.deepEqual(texts(), ["number 1", "number 2", "number 3", "number 4"]);
});
