import { stat } from "node:fs/promises";
import type { Logger } from "pino";
import { VelibError } from "../../core/errors.ts";
import type { ZoneRule } from "../../core/zones/zone-rule.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { ZonesConfig } from "./config.ts";
import { zoneRule } from "./zone-rules.ts";

/** How often the file is looked at, ms. */
const lookEveryMs = 5_000;

/**
 * The zone rule of a configuration, which follows its file of polygons: a ConfigMap's key, say, whose volume is swapped
 * under its path. A file that can't be used keeps the rule that is there.
 */
export class LiveZones {
  readonly #config: ZonesConfig | undefined;
  readonly #logger: Pick<Logger, "info" | "warn">;
  readonly #metrics: Pick<Metrics, "zonesRefused">;
  readonly #users = new Set<(rule: ZoneRule) => void>();
  #rule: ZoneRule;
  /** What tells one version of the file from another; null until it was looked at. */
  #version: string | null = null;

  /** Reads the file. @throws VelibError VELIB_CONFIG_UNREADABLE | VELIB_CONFIG_INVALID */
  constructor(
    config: ZonesConfig | undefined,
    { logger, metrics }: { logger: Pick<Logger, "info" | "warn">; metrics: Pick<Metrics, "zonesRefused"> },
  ) {
    this.#config = config;
    this.#logger = logger;
    this.#metrics = metrics;
    this.#rule = zoneRule(config);
  }

  get rule(): ZoneRule {
    return this.#rule;
  }

  /** Tells of the rule, now and whenever there is another, until the returned function is called. */
  tell(use: (rule: ZoneRule) => void): () => void {
    this.#users.add(use);
    use(this.#rule);
    return () => this.#users.delete(use);
  }

  /** Looks at the file every few seconds until `signal` aborts; a configuration without one is left alone. */
  follow(signal: AbortSignal): void {
    if (this.#config?.geojson === undefined) return;
    let looking = false;
    const timer = setInterval(async () => {
      if (looking) return;
      looking = true;
      await this.look();
      looking = false;
    }, lookEveryMs);
    timer.unref();
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  /** Reads the file if it is another than at the last look. */
  async look(): Promise<void> {
    const path = this.#config?.geojson?.path;
    if (path === undefined) return;
    const version = await versionOf(path);
    if (version === this.#version) return;
    this.#version = version;
    try {
      this.#rule = zoneRule(this.#config);
    } catch (error) {
      if (!(error instanceof VelibError)) throw error;
      this.#metrics.zonesRefused.set(1);
      this.#logger.warn({ code: error.code, reason: error.message }, "zones can't be used, the last ones stay");
      return;
    }
    this.#metrics.zonesRefused.set(0);
    this.#logger.info({ path }, "zones read");
    for (const use of this.#users) use(this.#rule);
  }
}

async function versionOf(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino} ${mtimeNs} ${size}`;
  } catch {
    return "unreadable";
  }
}
