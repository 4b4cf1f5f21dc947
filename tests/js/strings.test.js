import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, test } from "node:test";
import { runInThisContext } from "node:vm";

import { advice, parts, reason, t } from "../../static/js/strings.js";

afterEach(() => delete globalThis.tandemCatalogue);

function speak(language) {
  runInThisContext(readFileSync(new URL(`../../static/js/catalog/${language}.js`, import.meta.url), "utf8"));
}

test("without a catalogue it is English", () => {
  assert.deepEqual([1, 2, 0].map((count) => t("new_messages", { count })), [
    "1 new message",
    "2 new messages",
    "0 new messages",
  ]);
});

test("Russian has three forms", () => {
  speak("ru");
  assert.equal(t("copied"), "Скопировано");
  assert.deepEqual([1, 3, 5, 11, 21].map((count) => t("new_messages", { count })), [
    "1 новое сообщение",
    "3 новых сообщения",
    "5 новых сообщений",
    "11 новых сообщений",
    "21 новое сообщение",
  ]);
});

test("Arabic has six, and one or two need no number", () => {
  speak("ar");
  assert.deepEqual(new Set([0, 1, 2, 3, 11, 100].map((count) => t("new_messages", { count }))).size, 6);
  assert.equal(t("new_messages", { count: 2 }), "رسالتان جديدتان");
});

test("Brazilian Portuguese counts none as one", () => {
  speak("pt-br");
  assert.deepEqual([0, 1, 2].map((count) => t("characters_left", { count })), [
    "0 caractere restante",
    "1 caractere restante",
    "2 caracteres restantes",
  ]);
});

test("a number takes the form that it takes in Unicode's chart of plural rules", () => {
  const forms = {
    ru: [[1, 21, 101], [2, 4, 22, 104], [0, 5, 11, 12, 14, 20, 111]],
    "pt-br": [[0, 1], [2, 11, 100]],
    ar: [[0], [1], [2], [3, 10, 103, 110], [11, 99, 111, 199], [100, 101, 102, 200]],
  };
  for (const [language, numbers] of Object.entries(forms)) {
    speak(language);
    const chosen = numbers.map((some) => new Set(some.map(globalThis.tandemCatalogue.plural)));
    assert.deepEqual(chosen, numbers.map((_, form) => new Set([form])), language);
  }
});

test("a name stays a piece of its own in every language", () => {
  speak("ru");
  assert.deepEqual(parts("connected", { name: "Мира" }), [{ text: "На связи: " }, { text: "Мира", param: "name" }]);
});

test("what the catalogue does not know is said in English", () => {
  globalThis.tandemCatalogue = { plural: () => 0, sentences: {} };
  assert.equal(t("copied"), "Copied");
});

test("a token that was changed has words of its own", () => {
  const refusal = { code: "unknown_token", message: "Nobody has this token.", changed: true };
  assert.equal(reason(refusal), "This token was changed");
  assert.match(advice(refusal), /took a new one/);
  assert.equal(reason({ ...refusal, changed: undefined }), "Nobody has this token");
});
