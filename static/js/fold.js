/** Shortens what would push the rest of a conversation off the screen. Pure. */

const MOST_LINES = 12;
const MOST_CHARACTERS = 900; // about twelve lines of a bubble on a phone
const WORTH_IT = 1.35; // what is only a little longer is shown whole: a button is a line too

/** The first pieces (see links.js) of a long text, cut between two words where it can be; null for a text of usual length. */
export function fold(pieces) {
  const text = pieces.map((piece) => piece.text).join("");
  if (text.length <= MOST_CHARACTERS * WORTH_IT && lines(text) <= MOST_LINES * WORTH_IT) return null;
  return upTo(cutOf(text), pieces);
}

function lines(text) {
  return text.split("\n").length;
}

function cutOf(text) {
  const some = text.split("\n", MOST_LINES).join("\n").slice(0, MOST_CHARACTERS);
  if (/\s/u.test(text[some.length] ?? " ")) return some.trimEnd().length;
  const space = some.search(/\s\S*$/u);
  return space > some.length / 2 ? some.slice(0, space).trimEnd().length : wholeSigns(some);
}

// A sign of several parts, such as a family of emoji or a letter with its marks, is shown whole or not at all.
function wholeSigns(some) {
  const tail = some.slice(-64);
  const last = [...new Intl.Segmenter().segment(tail)].at(-1);
  return some.length - tail.length + last.index;
}

// Half a link would lead elsewhere: it stays words.
function upTo(cut, pieces) {
  const kept = [];
  let room = cut;
  for (const piece of pieces) {
    if (room <= 0) break;
    kept.push(piece.text.length <= room ? piece : { text: piece.text.slice(0, room) });
    room -= piece.text.length;
  }
  return [...kept, { text: "…" }];
}
