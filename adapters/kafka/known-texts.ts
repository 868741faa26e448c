const slots = 1 << 15;
const [quote, backslash, firstPrintable] = [0x22, 0x5c, 0x20];
/** Longer texts are rare, and would make the memory of the slots large. */
const longest = 64;

/**
 * The texts that a log repeats (sources, stations, zones), by their bytes: a text seen before is not made again. It also
 * stays the same string, which a Map finds without hashing it anew. Of texts that share a slot the newest stays; those
 * with other than ASCII characters are made each time.
 */
export class KnownTexts {
  readonly #slots: string[] = new Array(slots).fill("");
  /** Where the text last read ends: at its closing quote. */
  end = 0;

  /**
   * The JSON text whose opening quote is just before `start`; null when it is not simply its bytes (escapes, control
   * characters), is long, or does not end before `limit`.
   */
  read(bytes: Buffer, start: number, limit: number): string | null {
    const last = Math.min(limit, start + longest);
    let hash = 0;
    let at = start;
    for (; at < last; at++) {
      const byte = bytes[at]!;
      if (byte === quote) break;
      if (byte === backslash || byte < firstPrintable!) return null;
      hash = (hash * 31 + byte) | 0;
    }
    if (at >= last) return null;
    this.end = at;
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const known = this.#slots[slot]!;
    if (known.length === at - start && isSame(known, bytes, start)) return known;
    const text = bytes.toString("utf8", start, at);
    // Of as many characters as bytes: only then are they what isSame compares.
    if (text.length === at - start) this.#slots[slot] = text;
    return text;
  }
}

function isSame(known: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
