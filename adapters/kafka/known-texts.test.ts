import fc from "fast-check";
import { expect, it } from "vitest";
import { KnownTexts } from "./known-texts.ts";

it("reads what JSON.parse reads, or leaves it to it", () => {
  const texts = new KnownTexts();
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary", maxLength: 70 }), { maxLength: 4 }), (written) => {
      for (const text of [...written, ...written]) {
        const json = Buffer.from(JSON.stringify(text));
        const found = texts.read(json, 1, json.length);
        if (found === null) continue;
        expect(found).toBe(JSON.parse(json.toString()));
        expect(texts.end).toBe(json.length - 1);
      }
    }),
  );
});

it("tells texts apart whose bytes are another text's characters", () => {
  const texts = new KnownTexts();
  const read = (text: string, encoding: BufferEncoding) => texts.read(Buffer.from(`${text}"`, encoding), 0, 64);

  expect(read("é", "utf8")).toBe("é");
  expect(read("é", "latin1")).toBe("\ufffd");
  expect(read("Ã©", "utf8")).toBe("Ã©");
  expect(read("é", "utf8")).toBe("é");
});

it.each([
  ["an escape", '\\u0041"'],
  ["a line break", '\n"'],
  ["no end", "paris"],
  ["more than 64 bytes", `${"a".repeat(64)}"`],
])("leaves a text with %s alone", (_name, bytes) => {
  expect(new KnownTexts().read(Buffer.from(bytes), 0, bytes.length)).toBeNull();
});
