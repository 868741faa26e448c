import { describe, expect, it } from "vitest";
import { usersBody } from "./users-api.ts";

const at = Date.parse("2026-05-12T08:30:00Z");

function ask(query: string) {
  return usersBody(new URLSearchParams(query), "fresh", at, "http://127.0.0.1/portraits");
}

describe("users API", () => {
  it("gives the same people for the same seed, others for another seed or page", () => {
    expect(ask("results=50&seed=a")).toEqual(ask("results=50&seed=a"));
    expect(ask("results=50&seed=a").results).not.toEqual(ask("results=50&seed=b").results);
    expect(ask("results=50&seed=a").results).not.toEqual(ask("results=50&seed=a&page=2").results);
  });

  it("gives the first people of a longer list alone when fewer are asked for", () => {
    expect(ask("results=100&seed=a").results.slice(0, 10)).toEqual(ask("results=10&seed=a").results);
  });

  it.each([
    ["", 1],
    ["results=5000", 5000],
    ["results=5001", 1],
    ["results=0", 1],
    ["results=many", 1],
  ])('answers "%s" with %d results', (query, results) => {
    expect(ask(query).results).toHaveLength(results);
    expect(ask(query).info).toMatchObject({ results, page: 1, version: "1.4" });
  });

  it("has every key of a randomuser.me 1.4 user, a UUID of its own, and addresses that are nobody's", () => {
    const { results } = ask("results=2000&nat=fr&seed=s");

    expect(results[0]).toEqual({
      gender: expect.stringMatching(/^(fe)?male$/),
      name: { title: expect.any(String), first: expect.any(String), last: expect.any(String) },
      location: {
        street: { number: expect.any(Number), name: expect.any(String) },
        city: expect.any(String),
        state: expect.any(String),
        country: "France",
        postcode: expect.anything(),
        coordinates: { latitude: expect.any(String), longitude: expect.any(String) },
        timezone: { offset: expect.any(String), description: expect.any(String) },
      },
      email: expect.stringMatching(/^[a-z]+\.[a-z]+@example\.com$/),
      login: {
        uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        username: expect.any(String),
        password: expect.any(String),
        salt: expect.stringMatching(/^\w{8}$/),
        md5: expect.stringMatching(/^[0-9a-f]{32}$/),
        sha1: expect.stringMatching(/^[0-9a-f]{40}$/),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      dob: { date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), age: expect.any(Number) },
      registered: { date: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/), age: expect.any(Number) },
      phone: expect.stringMatching(/^01-99-00-\d\d-\d\d$/),
      cell: expect.stringMatching(/^06-39-98-\d\d-\d\d$/),
      id: { name: "INSEE", value: expect.anything() },
      picture: { large: expect.any(String), medium: expect.any(String), thumbnail: expect.any(String) },
      nat: "FR",
    });
    const uuids = results.map(({ login }) => JSON.stringify(login));
    expect(new Set(uuids).size).toBe(2000);
  });

  it("writes the postcode as a number or as text, and has no identity number now and then", () => {
    const { results } = ask("results=500&nat=fr&seed=s");
    const postcodes = new Set(results.map(({ location }) => typeof Object(location).postcode));
    const identities = results.map(({ id }) => Object(id).value);

    expect(postcodes).toEqual(new Set(["number", "string"]));
    expect(identities.filter((value) => value === null).length).toBeGreaterThan(10);
    expect(identities.filter((value) => typeof value === "string").length).toBeGreaterThan(400);
  });

  it("keeps to the nationalities and the gender asked for", () => {
    const some = ask("results=200&nat=gb,de&gender=female&seed=s").results;

    expect(new Set(some.map(({ nat }) => nat))).toEqual(new Set(["GB", "DE"]));
    expect(new Set(some.map(({ gender }) => gender))).toEqual(new Set(["female"]));
    expect(new Set(ask("results=200&seed=s").results.map(({ nat }) => nat)).size).toBe(3);
  });

  it("leaves fields out when asked to", () => {
    expect(Object.keys(ask("seed=s&inc=name,email").results[0] ?? {})).toEqual(["name", "email"]);
    expect(Object.keys(ask("seed=s&exc=login").results[0] ?? {})).not.toContain("login");
  });

  it("uses the fresh seed when none is asked for, and tells it", () => {
    expect(ask("results=3").info.seed).toBe("fresh");
    expect(ask("results=3").results).toEqual(ask("results=3&seed=fresh").results);
  });
});
