import { expect, it } from "vitest";
import { crc32c } from "./crc32c.ts";

it.each([
  // RFC 3720, appendix B.4
  ["32 bytes of zeroes", Buffer.alloc(32), 0x8a9136aa],
  ["32 bytes of ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
  ["0 to 31", Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ["123456789", Buffer.from("123456789"), 0xe3069283],
])("sums up %s as the standard says", (_name, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum);
});
