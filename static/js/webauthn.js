/**
 * What passes between the site and the browser about passkeys: bytes are base64url in JSON, and buffers in the browser.
 *
 * Newer browsers can do this by themselves (`parseCreationOptionsFromJSON`, `toJSON`); older ones have passkeys too.
 */

/** What `navigator.credentials.create` wants. `isAlone`: the passkey shall let its owner in without a password. */
export function creation({ publicKey }, isAlone) {
  const { challenge, user, excludeCredentials = [], authenticatorSelection = {} } = publicKey;
  return {
    publicKey: {
      ...publicKey,
      challenge: bytes(challenge),
      user: { ...user, id: bytes(user.id) },
      excludeCredentials: excludeCredentials.map(withBytes),
      authenticatorSelection: { ...authenticatorSelection, ...(isAlone ? ALONE : BESIDE) },
    },
  };
}

const ALONE = { residentKey: "required", requireResidentKey: true, userVerification: "required" };
const BESIDE = { residentKey: "discouraged", requireResidentKey: false };

/** What `navigator.credentials.get` wants. */
export function request({ publicKey }) {
  const { challenge, allowCredentials = [] } = publicKey;
  return { publicKey: { ...publicKey, challenge: bytes(challenge), allowCredentials: allowCredentials.map(withBytes) } };
}

/** The browser's answer, as the site wants it. */
export function answer(credential) {
  const { id, rawId, type, authenticatorAttachment, response } = credential;
  return {
    id,
    rawId: text(rawId),
    type,
    authenticatorAttachment: authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      ...Object.fromEntries(BUFFERS.filter((name) => response[name]).map((name) => [name, text(response[name])])),
      transports: response.getTransports?.(),
    },
  };
}

const BUFFERS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function withBytes(descriptor) {
  return { ...descriptor, id: bytes(descriptor.id) };
}

function bytes(base64url) {
  const base64 = base64url.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function text(buffer) {
  const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte));
  return btoa(characters.join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
