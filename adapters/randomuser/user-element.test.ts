import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUser } from "./user-element.ts";

/** A user of randomuser.me 1.4, with changes. */
function element(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    gender: "female",
    name: { title: "Mme", first: "Élise", last: "Le Roy" },
    location: {
      street: { number: 7, name: "Rue des Lilas" },
      city: "Paris",
      state: "Île-de-France",
      country: "France",
      postcode: 75011,
      coordinates: { latitude: "48.8", longitude: "2.3" },
    },
    email: "elise.leroy@example.com",
    login: { uuid: "0B0F6A5E-33bb-4c6a-9a43-7f2f6a0a1b2c", username: "silverbird", password: "saddle" },
    dob: { date: "1984-02-29T23:59:59.999Z", age: 42 },
    registered: { date: "2019-05-06T07:08:09.123Z", age: 7 },
    phone: "01-99-00-12-34",
    cell: "06-39-98-12-34",
    id: { name: "INSEE", value: null },
    picture: { large: "https://pictures.example/7.jpg", thumbnail: "https://pictures.example/thumb/7.jpg" },
    nat: "FR",
    ...change,
  };
}

function userOf(change: Record<string, unknown>) {
  const decoded = decodeUser(element(change));
  if ("problem" in decoded) throw new Error(decoded.problem);
  return decoded.user;
}

describe("decodeUser", () => {
  it("takes the fields of a user, its UUID as the id", () => {
    expect(userOf({})).toEqual({
      id: "0b0f6a5e-33bb-4c6a-9a43-7f2f6a0a1b2c",
      firstName: "Élise",
      lastName: "Le Roy",
      gender: "female",
      dateOfBirth: "1984-02-29",
      address: "7 Rue des Lilas, Paris, Île-de-France, France",
      postCode: "75011",
      email: "elise.leroy@example.com",
      phone: "01-99-00-12-34",
      username: "silverbird",
      registeredAt: Date.UTC(2019, 4, 6, 7, 8, 9, 123),
      picture: "https://pictures.example/7.jpg",
      contract: null,
    });
  });

  it("has null for everything but the id of a user who has nothing else", () => {
    const { login } = element();
    const decoded = decodeUser({ login, location: null, email: " ", name: {} });

    expect(decoded).toMatchObject({
      user: { firstName: null, address: null, postCode: null, email: null, phone: null, dateOfBirth: null },
    });
  });

  it.each([
    ["LS1 0AA", "LS1 0AA"],
    ["01250", "01250"],
    [1250, "1250"],
    [null, null],
  ])("takes the post code %j", (postcode, postCode) => {
    expect(userOf({ location: { postcode } })).toMatchObject({ postCode, address: null });
  });

  it.each([
    [{ street: "7 rue des lilas", city: "Paris" }, "7 rue des lilas, Paris"],
    [{ street: { number: "7b", name: "Rue des Lilas" } }, "7b Rue des Lilas"],
    [{ city: "Paris", country: "France" }, "Paris, France"],
  ])("writes the address of %j as one text", (location, address) => {
    expect(userOf({ location }).address).toBe(address);
  });

  it("takes the mobile number of who has no other", () => {
    expect(userOf({ phone: null }).phone).toBe("06-39-98-12-34");
  });

  it.each(["1899-12-31", "2000-02-29", "1984-02-29T00:30:00+02:00"])(
    "takes the day of the birth %s as written",
    (date) => {
      expect(userOf({ dob: { date } }).dateOfBirth).toBe(date.slice(0, 10));
    },
  );

  it.each([
    ["no object", "a text", /no object/],
    ["no login", element({ login: undefined }), /UUID as login\.uuid, got nothing/],
    ["another id", element({ login: { uuid: "7" } }), /UUID as login\.uuid, got another text/],
    ["a number as a name", element({ name: { first: 7 } }), /text as name\.first, got a number/],
    ["a list as location", element({ location: [] }), /object as location, got an array/],
    ["a fraction as post code", element({ location: { postcode: 1.5 } }), /text as location\.postcode, got a number/],
    ["no e-mail address", element({ email: "elise" }), /e-mail address as email/],
    ["a day that does not exist", element({ dob: { date: "2023-02-29T00:00:00Z" } }), /day .* as dob\.date/],
    ["words for a birthday", element({ dob: { date: "last May" } }), /day .* as dob\.date/],
    ["a time without offset", element({ registered: { date: "2019-05-06T07:08:09" } }), /instant as registered\.date/],
    ["a name without end", element({ name: { first: "x".repeat(3000) } }), /at most 2000 characters as name\.first/],
  ])("refuses %s and says which field it is", (_what, given, problem) => {
    expect(decodeUser(given)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it("never throws, and tells no text of what it refuses", () => {
    const secret = "s3cret";
    const junk = fc.oneof(
      fc.constantFrom<unknown>(secret, null, 7, [secret], { uuid: secret, date: secret, large: 1 }),
      fc.object(),
    );
    const fields = Object.keys(element());
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...fields), junk), (change) => {
        const decoded = decodeUser(element(change));
        if ("problem" in decoded) expect(decoded.problem).not.toContain(secret);
        else expect(decoded.user.id).toMatch(/^[0-9a-f-]{36}$/);
      }),
    );
  });
});
