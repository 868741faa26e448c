import { once } from "node:events";
import { Command } from "commander";
import { VelibError } from "../../core/errors.ts";
import { stopSignal } from "../cli/stop-signal.ts";
import { faultNames } from "./faults.ts";
import { startSimulator } from "./server.ts";

interface SimulateFlags {
  port: string;
  host: string;
  stations: string;
  seed: string;
  interval: string;
  speed: string;
  start?: string;
  fault: string[];
}

/** `velib simulate`: serves a simulated city until SIGINT or SIGTERM. */
export function simulateCommand(): Command {
  return new Command("simulate")
    .description("serve a made-up bike-share city in the formats of the real feeds")
    .option("--port <number>", "port to listen on, 0 for any", "8090")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--stations <number>", "stations of the city", "1500")
    .option("--seed <number>", "equal seeds give equal cities and days", "1")
    .option("--interval <seconds>", "how often the data moves, in simulated seconds: whole minutes", "60")
    .option("--speed <factor>", "simulated minutes per real minute", "1")
    .option("--start <time>", "simulated time at the start, ISO 8601 (default: now)")
    .option(
      "--fault <name=rate>",
      `a fault and its rate from 0 to 1, repeatable: ${faultNames.join(", ")}`,
      collect,
      [],
    )
    .action(simulate);
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

async function simulate(flags: SimulateFlags): Promise<void> {
  const simulator = await startSimulator({
    port: number("--port", flags.port),
    host: flags.host,
    stations: number("--stations", flags.stations),
    seed: number("--seed", flags.seed),
    intervalMs: 1000 * number("--interval", flags.interval),
    speed: number("--speed", flags.speed),
    ...(flags.start === undefined ? {} : { startAt: time(flags.start) }),
    faults: Object.fromEntries(flags.fault.map(faultFlag)),
  });
  process.stdout.write(
    `simulated city at ${simulator.url}\n  Opendatasoft ${simulator.exportUrl}\n  GBFS 2.3     ${simulator.gbfsUrl}\n` +
      `  GBFS 3.0     ${simulator.gbfs3Url}\n  users        ${simulator.usersUrl}\n`,
  );
  const stop = stopSignal();
  if (!stop.aborted) await once(stop, "abort");
  await simulator.close();
}

function number(flag: string, given: string): number {
  const value = Number(given);
  if (given.trim() === "" || !Number.isFinite(value)) {
    throw new VelibError("VELIB_CONFIG_INVALID", `${flag} is "${given}"; give a number`);
  }
  return value;
}

function time(given: string): number {
  const at = Date.parse(given);
  if (Number.isNaN(at)) {
    throw new VelibError("VELIB_CONFIG_INVALID", `--start is "${given}"; give a time such as 2026-05-12T07:30:00Z`);
  }
  return at;
}

function faultFlag(given: string): [name: string, rate: number] {
  const [, name, rate] = /^([^=]+)=(.+)$/.exec(given) ?? [];
  if (name === undefined || rate === undefined) {
    throw new VelibError("VELIB_CONFIG_INVALID", `--fault is "${given}"; give NAME=RATE such as server-error=0.1`);
  }
  return [name, number(`--fault ${name}`, rate)];
}
