import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { User } from "../ports/user-store.ts";
import { leastKeyBytes, omitPersonalData, personalDataFilter, treatments } from "./personal-data.ts";

const key = Buffer.alloc(leastKeyBytes, "k");
const hashAll = { email: "hash", phone: "hash", address: "hash" } as const;

const elise: User = {
  id: "0b0f6a5e-33bb-4c6a-9a43-7f2f6a0a1b2c",
  firstName: "Élise",
  lastName: "Le Roy",
  gender: "female",
  dateOfBirth: "1984-02-29",
  address: "7 Rue des Lilas, Paris, France",
  postCode: "75011",
  email: "elise@example.com",
  phone: "01-99-00-12-34",
  username: "silverbird",
  registeredAt: 1_557_126_489_000,
  picture: "https://pictures.example/7.svg",
  contract: null,
};

describe("personalDataFilter", () => {
  it("leaves e-mail, phone and address out by default, and nothing else", () => {
    const filtered = personalDataFilter(omitPersonalData, null)(elise);

    expect(filtered).toEqual({ ...elise, email: null, phone: null, address: null });
  });

  it("keeps what is asked for as it came", () => {
    const keepAll = { email: "keep", phone: "keep", address: "keep" } as const;

    expect(personalDataFilter(keepAll, null)(elise)).toEqual(elise);
  });

  it("treats each field by itself", () => {
    const filtered = personalDataFilter({ email: "hash", phone: "omit", address: "keep" }, key)(elise);

    const email = createHmac("sha256", key).update("elise@example.com").digest("hex");
    expect(filtered).toEqual({ ...elise, email, phone: null });
  });

  it("takes a key that is longer than a block of the hash", () => {
    const filtered = personalDataFilter(
      hashAll,
      Buffer.alloc(131, 0xaa),
    )({ ...elise, address: " TEST\tUsing  Larger " });

    const expected = createHmac("sha256", Buffer.alloc(131, 0xaa)).update("test using larger").digest("hex");
    expect(filtered.address).toBe(expected);
  });

  it.each([
    ["email", " Elise@Example.COM\n"],
    ["phone", "(01) 99.00 12 34"],
    ["address", "  7 rue des  LILAS, Paris, france"],
  ] as const)("gives the same hash for another way to write the same %s", (field, written) => {
    const filter = personalDataFilter(hashAll, key);

    expect(filter({ ...elise, [field]: written })[field]).toBe(filter(elise)[field]);
  });

  it("gives other hashes with another key", () => {
    const other = personalDataFilter(hashAll, Buffer.alloc(leastKeyBytes, "l"))(elise);

    expect(other.phone).not.toBe(personalDataFilter(hashAll, key)(elise).phone);
  });

  it("has no hash of a phone without a digit, or of nothing", () => {
    const filtered = personalDataFilter(hashAll, key)({ ...elise, phone: "unknown", email: null, address: " " });

    expect(filtered).toMatchObject({ phone: null, email: null, address: null });
  });

  it.each([
    ["none", null],
    ["a short one", Buffer.alloc(leastKeyBytes - 1)],
  ])("refuses to hash with %s for a key, and names the fields", (_key, given) => {
    const make = () => personalDataFilter({ email: "hash", phone: "hash", address: "omit" }, given);

    expect(make).toThrow(expect.objectContaining({ code: "VELIB_CONFIG_INVALID" }));
    expect(make).toThrow(/email, phone/);
  });

  it("lets no text through that is not to be kept, whatever is asked for", () => {
    const treatment = fc.constantFrom(...treatments);
    const policy = fc.record({ email: treatment, phone: treatment, address: treatment });
    const text = fc.string({ minLength: 1, unit: "grapheme" });
    fc.assert(
      fc.property(policy, text, (wanted, written) => {
        const user = { ...elise, email: written, phone: written, address: written };
        const filtered = personalDataFilter(wanted, key)(user);
        for (const field of ["email", "phone", "address"] as const) {
          const shown = filtered[field];
          if (wanted[field] === "omit") expect(shown).toBeNull();
          if (wanted[field] === "keep") expect(shown).toBe(written);
          if (wanted[field] === "hash" && shown !== null) expect(shown).toMatch(/^[0-9a-f]{64}$/);
        }
      }),
    );
  });
});
