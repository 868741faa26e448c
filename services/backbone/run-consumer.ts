import { VelibError } from "../../core/errors.ts";
import { askBacklog, type Backlog, type ConsumedTopic, workedOff } from "./backlog.ts";
import { kafkaConnection } from "./connections.ts";
import type { ServiceContext } from "./run-service.ts";
import { runTogether } from "./run-together.ts";

/**
 * Runs what consumes topics: until the context's signal aborts, or with `untilDrained` until what was there at the
 * start is worked off. Meanwhile `/backlog` and the lag's metric say what is left, and at the end one line of the log.
 */
export async function runConsumer(
  context: ServiceContext,
  service: string,
  topics: readonly ConsumedTopic[],
  untilDrained: boolean,
  consume: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const connection = kafkaConnection(context.config, service);
  const ask = () => askBacklog(connection, topics);
  context.answerAt("/backlog", ask);
  context.lagWatch.follow(context.config.pipeline, ask);
  const drained = new AbortController();
  const services = [consume];
  if (untilDrained) services.push((signal) => workedOff(ask, signal).then(() => drained.abort()));
  const signal = AbortSignal.any([context.signal, drained.signal]);
  try {
    await runTogether(services, signal);
  } catch (error) {
    context.metrics.logLag.brokeOff();
    throw error;
  } finally {
    if (signal.aborted) await tellWhatIsLeft(context, ask);
  }
}

async function tellWhatIsLeft({ logger }: ServiceContext, ask: () => Promise<Backlog>): Promise<void> {
  try {
    const { lag, groups } = await ask();
    logger.info({ lag, groups }, "backlog left");
  } catch (error) {
    if (!(error instanceof VelibError)) throw error;
    logger.warn({ code: error.code, reason: error.message }, "backlog left is unknown");
  }
}
