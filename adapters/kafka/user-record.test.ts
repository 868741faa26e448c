import { describe, expect, it } from "vitest";
import type { CreatedUser } from "../../core/ports/user-log.ts";
import type { RecordSlice } from "./client/record-batch.ts";
import { jsonUserCodec } from "./user-record.ts";

const elise: CreatedUser = {
  id: "0b0f6a5e-33bb-4c6a-9a43-7f2f6a0a1b2c",
  firstName: "Élise",
  lastName: "Le Roy",
  gender: "female",
  dateOfBirth: "1984-02-29",
  address: null,
  postCode: "75011",
  email: null,
  phone: null,
  username: "silverbird",
  registeredAt: 1_557_126_489_000,
  picture: "https://pictures.example/7.svg",
  contract: null,
  createdAt: 1_778_574_600_000,
};

function sliceOf(value: string | null): RecordSlice {
  const buffer = Buffer.from(value ?? "");
  const [valueStart, valueEnd] = [value === null ? -1 : 0, buffer.length];
  return { offset: 7, timestamp: 1_000, buffer, keyStart: -1, keyEnd: -1, valueStart, valueEnd, headersStart: 0 };
}

function encoded(user: CreatedUser): string {
  return String(jsonUserCodec.encode("users", user));
}

describe("a user as a record", () => {
  it("is JSON with the documented fields in their order", () => {
    expect(encoded(elise)).toBe(
      '{"id":"0b0f6a5e-33bb-4c6a-9a43-7f2f6a0a1b2c","firstName":"Élise","lastName":"Le Roy","gender":"female",' +
        '"dateOfBirth":"1984-02-29","address":null,"postCode":"75011","email":null,"phone":null,' +
        '"username":"silverbird","registeredAt":1557126489000,"picture":"https://pictures.example/7.svg",' +
        '"contract":null,"createdAt":1778574600000}',
    );
  });

  it("holds nothing else of what it was made from", () => {
    const more = { ...elise, password: "saddle" };

    expect(encoded(more)).toBe(encoded(elise));
  });

  it("is the same user when it is read", async () => {
    expect(await jsonUserCodec.decode([sliceOf(encoded(elise))])).toEqual([{ offset: 7n, user: elise }]);
  });

  it.each([
    ["no value", null, /without a value/, ""],
    ["no JSON", "elise@", /expected JSON/, "6 bytes"],
    ["a list", "[]", /another type/, /^\[\]$/],
    ["no id", '{"email":"elise@example.com"}', /another id/, "{email: string}"],
    ["a missing field", '{"id":"x"}', /another firstName/, "{id: string}"],
    ["no day of birth", JSON.stringify({ ...elise, dateOfBirth: "May" }), /another dateOfBirth/, /^\{id: string, /],
    ["a text as time", JSON.stringify({ ...elise, registeredAt: "May" }), /another registeredAt/, /^\{id: string, /],
    ["no time", JSON.stringify({ ...elise, createdAt: null }), /another createdAt/, /^\{id: string, /],
  ])("that has %s can't be read, and is told about by its shape alone", async (_what, value, detail, shape) => {
    const [entry] = await jsonUserCodec.decode([sliceOf(value)]);

    expect(entry).toMatchObject({ offset: 7n, undecodable: { at: 1_000, detail: expect.stringMatching(detail) } });
    expect(entry).toMatchObject({ undecodable: { shape: expect.stringMatching(shape) } });
    const told = entry !== undefined && "undecodable" in entry ? Object.values(entry.undecodable).join() : "";
    expect(told).not.toMatch(/elise|Élise/);
  });
});
