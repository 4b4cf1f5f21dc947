import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, creation, request } from "../../static/js/webauthn.js";

const buffer = (...bytes) => Uint8Array.from(bytes).buffer;
const EXTREMES = "-_8A"; // 0xfb 0xff 0x00: both signs that base64url writes in its own way

test("what the site sends becomes what the browser wants", () => {
  const { publicKey } = creation({
    publicKey: {
      challenge: EXTREMES,
      user: { id: "AQ", name: "ilse" },
      excludeCredentials: [{ id: "Ag", type: "public-key" }],
      authenticatorSelection: { residentKey: "discouraged", userVerification: "preferred" },
      timeout: 7,
    },
  }, true);
  assert.deepEqual([...publicKey.challenge], [0xfb, 0xff, 0]);
  assert.deepEqual([[...publicKey.user.id], publicKey.user.name], [[1], "ilse"]);
  assert.deepEqual([...publicKey.excludeCredentials[0].id], [2]);
  assert.equal(publicKey.timeout, 7);
});

test("who wants to log in with it alone has to prove who they are to the device", () => {
  const options = { publicKey: { challenge: "AQ", user: { id: "AQ" }, authenticatorSelection: { userVerification: "preferred" } } };
  const kind = (isAlone) => creation(options, isAlone).publicKey.authenticatorSelection;
  assert.deepEqual(kind(true), { residentKey: "required", requireResidentKey: true, userVerification: "required" });
  assert.deepEqual(kind(false), { residentKey: "discouraged", requireResidentKey: false, userVerification: "preferred" });
});

test("asking for one names those that fit, or nobody's", () => {
  const ids = (publicKey) => request({ publicKey }).publicKey.allowCredentials.map(({ id }) => [...id]);
  assert.deepEqual(ids({ challenge: "AQ", allowCredentials: [{ id: "AgM", type: "public-key" }] }), [[2, 3]]);
  assert.deepEqual(ids({ challenge: "AQ" }), []);
});

test("the browser's answer becomes what the site reads", () => {
  const said = answer({
    id: EXTREMES,
    rawId: buffer(0xfb, 0xff, 0),
    type: "public-key",
    authenticatorAttachment: "platform",
    getClientExtensionResults: () => ({ credProps: { rk: true } }),
    response: { clientDataJSON: buffer(1), authenticatorData: buffer(2), signature: buffer(3), userHandle: null },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(said)), {
    id: EXTREMES,
    rawId: EXTREMES,
    type: "public-key",
    authenticatorAttachment: "platform",
    clientExtensionResults: { credProps: { rk: true } },
    response: { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw" },
  });
});
