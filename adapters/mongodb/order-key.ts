const surrogates = 0xd800;
const privateUse = 0xe000;
const plane16 = 0x100000;

/**
 * The text under which MongoDB sorts `text` as the ports do. MongoDB compares strings by UTF-8 bytes, so by code
 * point; the ports' order is by UTF-16 code unit. The two differ only between surrogate pairs and U+E000 to U+FFFF:
 * these move up to plane 16, surrogates take their place. Any other text, every station code seen so far, is its
 * own key.
 */
export function orderKey(text: string): string {
  if (!/[\ud800-\uffff]/.test(text)) return text;
  let key = "";
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < surrogates) key += text[i];
    else if (unit < privateUse) key += String.fromCharCode(unit - surrogates + privateUse);
    else key += String.fromCodePoint(plane16 + unit);
  }
  return key;
}
