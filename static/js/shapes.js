/** What a frame of the server must look like to be believed: checks, each from a value to whether it will do. Pure. */

export const text = (value) => typeof value === "string";
export const truth = (value) => typeof value === "boolean";
export const count = (value) => Number.isSafeInteger(value) && value >= 0;
export const seconds = (value) => Number.isFinite(value) && value >= 0;
export const time = (value) => text(value) && !Number.isNaN(Date.parse(value));
export const oneOf = (...values) => (value) => values.includes(value);
export const orNull = (check) => (value) => value === null || check(value);
export const orAbsent = (check) => (value) => value === undefined || value === null || check(value);
export const listOf = (check) => (value) => Array.isArray(value) && value.every(check);
export const shape = (fields) => (value) =>
  value !== null && typeof value === "object" && Object.entries(fields).every(([name, check]) => check(value[name]));

export const person = shape({ username: text, name: text });

/** The frame in `data` if it is one of `frames` (a shape by type), else null. Newer servers may send types unknown here. */
export function read(data, frames) {
  const frame = decode(data);
  if (frame === null || typeof frame !== "object" || !Object.hasOwn(frames, frame.type)) return null;
  return frames[frame.type](frame) ? frame : null;
}

function decode(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
