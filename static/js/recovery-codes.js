/** The one time recovery codes are shown: as a file or in the clipboard, made here, so that they are asked for no second time. */

import { t } from "./strings.js";
import { copy } from "./views/copying.js";
import { write } from "./views/sentence.js";

const list = document.querySelector("#recovery-codes");
const tools = document.querySelector("[data-behaviour=recovery-codes]");
const told = document.querySelector("[data-part=told]");

tools.hidden = false;
tools.querySelector("[data-action=download]").addEventListener("click", download);
tools.querySelector("[data-action=copy]").addEventListener("click", give);

function asText() {
  const codes = Array.from(list.children, (item) => item.textContent);
  return [tools.dataset.heading, "", ...codes, ""].join("\n");
}

function download() {
  const address = URL.createObjectURL(new Blob([asText()], { type: "text/plain" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: tools.dataset.file });
  link.click();
  URL.revokeObjectURL(address);
}

async function give() {
  const isCopied = await copy(asText());
  if (!isCopied) getSelection().selectAllChildren(list);
  write(told, t(isCopied ? "codes_copied" : "codes_not_copied"));
}
