// What a text costs, as it is typed. The same rule as conversations/replies/segments.py, and a browser test
// holds the two together.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = new Set("\f^{}\\[~]|€");
const GSM7 = new Set([...BASIC, ...EXTENSION]);

/** Say how a text is encoded, its units, the room in its segments, and how many they are. */
export function count(text) {
  const characters = [...text];
  const isGsm = characters.every((character) => GSM7.has(character));
  const widths = characters.map((character) => (isGsm ? (EXTENSION.has(character) ? 2 : 1) : character.length));
  const [alone, joined] = isGsm ? [160, 153] : [70, 67];
  const units = widths.reduce((sum, width) => sum + width, 0);
  const segments = units <= alone ? Math.min(units, 1) : fill(widths, joined);
  const room = segments > 1 ? segments * joined : alone;
  return { encoding: isGsm ? "GSM-7" : "UCS-2", units, room, segments };
}

// A character of two units is never split over two segments.
function fill(widths, joined) {
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > joined) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return segments;
}
