import assert from "node:assert/strict";
import { test } from "node:test";

import { LOCALE, localeFor } from "../../static/js/locale.js";

test("a region of the page's own language is taken, the first one", () => {
  assert.equal(localeFor("en", ["de-DE", "en-GB", "en-US"]), "en-GB");
  assert.equal(localeFor("pt-br", ["pt-PT", "en"]), "pt-PT");
  assert.equal(localeFor("ar", ["AR-eg"]), "AR-eg");
});

test("where there is none the page's language counts, not another one that the person reads", () => {
  assert.equal(localeFor("ru", ["en-GB", "de"]), "ru");
  assert.equal(localeFor("ar", []), "ar");
});

test("without a page it is English", () => {
  assert.equal(LOCALE, "en");
});
