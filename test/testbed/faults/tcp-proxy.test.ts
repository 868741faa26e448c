import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { until } from "./until.ts";

let echo: Server;
let served: Set<Socket>;
let heard: string;
let proxy: TcpProxy;

beforeEach(async () => {
  heard = "";
  served = new Set();
  echo = createServer((socket) => {
    served.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => served.delete(socket));
    socket.on("data", (bytes) => {
      heard += bytes;
      socket.write(bytes);
    });
  });
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  const address = echo.address();
  if (address === null || typeof address === "string") throw new Error("the echo server has no port");
  proxy = await openTcpProxy(0, { host: "127.0.0.1", port: address.port });
});

afterEach(async () => {
  await proxy.close();
  for (const socket of served) socket.destroy();
  echo.close();
});

async function client() {
  const socket = connect(proxy.port, "127.0.0.1");
  await once(socket, "connect");
  let received = "";
  let error: string | undefined;
  socket.on("data", (bytes) => {
    received += bytes;
  });
  socket.on("error", (cause: NodeJS.ErrnoException) => {
    error = cause.code;
  });
  return {
    socket,
    received: (text: string) => until(`"${text}" at the client`, () => (received === text ? true : null), 5_000, 1),
    failed: () => until("an error at the client", () => error ?? null, 5_000, 1),
    soFar: () => received,
  };
}

it("carries bytes both ways, and the end of a stream", async () => {
  const { socket, received } = await client();

  const ended = once(socket, "end");

  socket.end("hello");

  await received("hello");
  await ended;
  expect(proxy.delivered("to-server")).toBe(5);
});

it("carries more than the window without losing a byte", async () => {
  const { socket, soFar } = await client();

  socket.write("x".repeat(3_000_000));

  await until("all bytes back", () => (soFar().length === 3_000_000 ? true : null), 10_000);
});

it("delivers after the cut what was sent during it, on the same connection", async () => {
  const { socket, received, soFar } = await client();
  socket.write("a");
  await received("a");

  proxy.cut();
  socket.write("b");
  await until("the byte in the proxy", () => (proxy.underWay("to-server") === 1 ? true : null), 5_000, 1);
  expect([heard, soFar()]).toEqual(["a", "a"]);
  await proxy.heal();

  await received("ab");
});

it("carries the request out and loses the answer when only the way back is cut and then reset", async () => {
  const { socket, soFar, failed } = await client();

  proxy.cut("to-client");
  socket.write("request");
  await until("the request at the server", () => (heard === "request" ? true : null), 5_000, 1);
  proxy.reset();

  expect(await failed()).toBe("ECONNRESET");
  expect(soFar()).toBe("");
});

it("refuses connections until it heals, on the same port", async () => {
  const before = await client();

  await proxy.refuse();

  expect(await before.failed()).toBe("ECONNRESET");
  await expect(client()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await proxy.heal();
  const after = await client();
  after.socket.write("again");
  await after.received("again");
});

it("resets the client when the server is gone", async () => {
  echo.close();
  const { failed } = await client();

  expect(await failed()).toBe("ECONNRESET");
});
