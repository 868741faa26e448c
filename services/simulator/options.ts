import { VelibError } from "../../core/errors.ts";
import { largestCity } from "../../core/simulation/city-zones.ts";
import type { FaultRates } from "./faults.ts";
import { faultRates } from "./faults.ts";

export interface SimulatorOptions {
  /** 0: any free port. Default 8090. */
  port?: number;
  /** Address to listen on. Default 127.0.0.1. */
  host?: string;
  /** Default 1500. */
  stations?: number;
  /** Whole number; equal seeds give equal cities and days. Default 1. */
  seed?: number;
  /** How often the published data moves, simulated ms: whole minutes. Default one minute. */
  intervalMs?: number;
  /** Simulated minutes per real minute. Default 1. */
  speed?: number;
  /** The simulated time at the start, ms since the epoch. Default: the real time. */
  startAt?: number;
  /** Rates from 0 (never, the default) to 1 (always). */
  faults?: Partial<FaultRates>;
  /** Simulated calls a client may make per simulated day, as the open-data portal counts them. Default 50,000. */
  callsPerDay?: number;
  /** How long the fault "slow" holds an answer back, real ms. Default 3,000. */
  slowMs?: number;
  /** The real time, ms since the epoch. Default Date.now. */
  now?: () => number;
}

export type SimulatorSettings = Required<Omit<SimulatorOptions, "faults">> & { faults: FaultRates };

/**
 * Fills in the defaults and checks every value.
 * @throws VelibError VELIB_CONFIG_INVALID, naming the option and what it accepts.
 */
export function simulatorSettings(options: SimulatorOptions): SimulatorSettings {
  const now = options.now ?? Date.now;
  return {
    now,
    host: options.host ?? "127.0.0.1",
    port: whole("port", options.port ?? 8090, 0, 65_535),
    stations: whole("stations", options.stations ?? 1500, 1, largestCity),
    seed: whole("seed", options.seed ?? 1, 0, 2 ** 32 - 1),
    intervalMs: 60_000 * whole("interval (in minutes)", (options.intervalMs ?? 60_000) / 60_000, 1, 1440),
    speed: between("speed", options.speed ?? 1, 0.001, 10_000),
    startAt: between("start", options.startAt ?? now(), 0, Date.UTC(2100, 0)),
    callsPerDay: whole("calls per day", options.callsPerDay ?? 50_000, 1, Number.MAX_SAFE_INTEGER),
    slowMs: whole("slow answer (in ms)", options.slowMs ?? 3000, 0, 600_000),
    faults: faultRates(options.faults ?? {}),
  };
}

function whole(name: string, value: number, least: number, most: number): number {
  if (!Number.isSafeInteger(value)) {
    throw invalid(name, value, `a whole number from ${least} to ${most}`);
  }
  return between(name, value, least, most);
}

function between(name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) {
    throw invalid(name, value, `a number from ${least} to ${most}`);
  }
  return value;
}

function invalid(name: string, value: number, expected: string): VelibError {
  return new VelibError("VELIB_CONFIG_INVALID", `simulator: ${name} is ${value}; give ${expected}`);
}
