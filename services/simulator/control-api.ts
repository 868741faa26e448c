import type { IncomingMessage } from "node:http";
import { VelibError } from "../../core/errors.ts";
import type { Answer } from "./answer.ts";
import { json } from "./answer.ts";
import { faultRates, faults } from "./faults.ts";
import type { Simulator } from "./simulator.ts";

/** More than any object of fault rates takes. */
const bodyLimit = 16_384;
const noStore = { "Cache-Control": "no-store" };

/** `GET /_simulator/faults`: the rates and what each fault does. */
export function readFaults(simulator: Simulator): Answer {
  return json(200, { rates: simulator.faults.rates, meaning: faults }, noStore);
}

/** `PUT /_simulator/faults` with `{"server-error": 0.1}`: exactly these faults from now on, 400 when one is wrong. */
export async function switchFaults(simulator: Simulator, request: IncomingMessage): Promise<Answer> {
  try {
    const rates = faultRates(parse(await read(request)));
    simulator.faults.switchTo(rates, simulator.at);
    return json(200, { rates }, noStore);
  } catch (error) {
    if (error instanceof VelibError) {
      return json(400, { error: error.message }, noStore);
    }
    throw error;
  }
}

/** `GET /_simulator/state`: the simulated time and where the bikes are. */
export function readState(simulator: Simulator): Answer {
  const { seed, speed } = simulator.settings;
  const { feed, at } = simulator;
  const state = feed.published(simulator.faults.movedUntil(at));
  const sum = (counts: Readonly<Int16Array>) => counts.reduce((total, count) => total + count, 0);
  return json(
    200,
    {
      time: new Date(at).toISOString(),
      published: new Date(state.at).toISOString(),
      seed,
      speed,
      stations: feed.city.stations.length,
      bikes: {
        fleet: feed.city.fleet,
        docked: sum(state.mechanical) + sum(state.ebike),
        riding: state.riding,
        withOperator: state.withOperator,
      },
    },
    noStore,
  );
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes <= bodyLimit) {
      chunks.push(part);
    }
  }
  if (bytes > bodyLimit) {
    throw new VelibError("VELIB_CONFIG_INVALID", `simulator faults: ${bytes} bytes; give at most ${bodyLimit}`);
  }
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new VelibError("VELIB_CONFIG_INVALID", "simulator faults: the body is no JSON", { cause });
  }
}
