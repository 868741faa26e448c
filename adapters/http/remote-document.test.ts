import { expect, test } from "vitest";
import { HttpClient } from "./http-client.ts";
import { unexpectedFormat } from "./json-body.ts";
import { serve } from "./loopback-server.ts";
import { RemoteDocument } from "./remote-document.ts";

const never = new AbortController().signal;

test("while the server answers 304 the content is that of the last body that could be decoded", async () => {
  const bodies = ["[1]", "[1", '{"error": "x"}', "[1]"];
  const asked: (string | undefined)[] = [];
  await using server = await serve((request, response) => {
    asked.push(request.headers["if-none-match"]);
    const body = bodies[asked.length - 1]!;
    const etag = `"${body.length}"`;
    if (request.headers["if-none-match"] === etag) response.writeHead(304).end();
    else response.writeHead(200, { etag }).end(body);
  });
  const decode = (body: unknown) => (Array.isArray(body) ? { value: body.length } : unexpectedFormat("an array", body));
  const document = new RemoteDocument(new HttpClient(server.url), server.url, decode);
  const read = () => document.read(0, never);
  expect(await read()).toMatchObject({ value: 1 });
  expect(await read()).toMatchObject({ problem: { reason: "truncated-body" } });
  expect(await read()).toMatchObject({ problem: { reason: "unexpected-format" } });
  expect(await read()).toMatchObject({ value: 1 });
  expect(asked).toEqual([undefined, '"3"', '"3"', '"3"']);
});
