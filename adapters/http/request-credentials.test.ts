import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HttpClient } from "./http-client.ts";
import { serve } from "./loopback-server.ts";
import { BearerCredentials, HeaderCredentials, type RequestCredentials } from "./request-credentials.ts";
import { SourceError } from "./source-error.ts";

const now = Date.UTC(2024, 10, 8, 15);
const never = new AbortController().signal;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "velib-credentials-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function secretFile(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function get(url: URL, credentials: RequestCredentials) {
  return new HttpClient(url, { credentials }).get(url, null, now, never);
}

async function failure(answer: Promise<unknown>): Promise<SourceError> {
  const error = await answer.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof SourceError) return error;
  throw new Error(`expected a SourceError, got ${error}`);
}

describe("credentials in files", () => {
  it("are sent as headers of the feed's own, without the line break at the file's end", async () => {
    await using server = await serve((_, response) => response.end("[]"));
    const files = [
      { name: "X-Api-Key", valueFile: secretFile("key", "k3y-of-paris\n") },
      { name: "X-Account", valueFile: secretFile("account", "velib") },
    ];

    await get(server.url, new HeaderCredentials(files));

    expect(server.requests[0]!.headers).toMatchObject({ "x-api-key": "k3y-of-paris", "x-account": "velib" });
  });

  it("are sent as a bearer token, the new one as soon as the file has it", async () => {
    await using server = await serve((_, response) => response.end("[]"));
    const tokenFile = secretFile("token", "first-token\n");
    const credentials = new BearerCredentials(tokenFile);

    await get(server.url, credentials);
    writeFileSync(tokenFile, "second-token\n");
    await get(server.url, credentials);

    const sent = server.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(["Bearer first-token", "Bearer second-token"]);
  });

  it("follow a redirect within the feed's origin, and none to another one", async () => {
    await using other = await serve((_, response) => response.end("[]"));
    await using server = await serve((request, response) => {
      const location = request.url === "/" ? "/next" : other.url.href;
      response.writeHead(302, { location }).end();
    });
    const headers = new HeaderCredentials([{ name: "X-Api-Key", valueFile: secretFile("key", "k3y-of-paris") }]);
    const bearer = new BearerCredentials(secretFile("token", "the-token"));

    expect(await get(server.url, headers)).toMatchObject({ body: "[]" });
    expect(await get(server.url, bearer)).toMatchObject({ body: "[]" });

    expect(server.requests.map((request) => request.headers["x-api-key"] ?? request.headers.authorization)).toEqual([
      "k3y-of-paris",
      "k3y-of-paris",
      "Bearer the-token",
      "Bearer the-token",
    ]);
    expect(other.requests).toHaveLength(2);
    for (const { headers: carried } of other.requests) {
      expect(Object.keys(carried)).not.toContain("x-api-key");
      expect(Object.keys(carried)).not.toContain("authorization");
    }
  });

  it("are not shown by a server that refuses them and quotes them, also where the quote is cut", async () => {
    const token = `${"t0ken".repeat(20)}/"quoted"`;
    await using server = await serve((request, response) => {
      response.writeHead(401).end(JSON.stringify({ message: `${"x".repeat(150)} ${request.headers.authorization}` }));
    });

    const error = await failure(get(server.url, new BearerCredentials(secretFile("token", token))));

    expect(error).toMatchObject({ code: "VELIB_SOURCE_HTTP_STATUS", status: 401 });
    expect(error.message).toContain("***");
    expect(`${error.message}${error.stack}`).not.toContain("t0ken");
    expect(server.requests).toHaveLength(1);
  });

  it("are masked in a body that quotes them, which may become a dead letter", async () => {
    await using server = await serve((request, response) => {
      response.end(`no JSON for ${request.headers.authorization}, and 12 bikes`);
    });

    const long = await get(server.url, new BearerCredentials(secretFile("token", "a-long-token")));
    const short = await get(server.url, new BearerCredentials(secretFile("token", "12")));

    expect(long).toMatchObject({ body: "no JSON for Bearer ***, and 12 bikes" });
    expect(short).toMatchObject({ body: "no JSON for Bearer 12, and 12 bikes" });
  });

  it.each([
    ["is missing", null, /nowhere.*ENOENT.*give a readable file/],
    ["is empty", "\n", /found nothing/],
    ["has two lines", "s3cret-one\ns3cret-two", /found other characters/],
    ["is not ASCII", "s3cret-é", /found other characters/],
  ])("fail the poll when their file %s, without showing it", async (_what, content, message) => {
    await using server = await serve((_, response) => response.end("[]"));
    const path = content === null ? join(folder, "nowhere") : secretFile("bad", content);

    const error = await failure(get(server.url, new BearerCredentials(path)));

    expect(error).toMatchObject({ code: "VELIB_SOURCE_CREDENTIALS", retryable: true });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("s3cret");
    expect(server.requests).toHaveLength(0);
  });
});
