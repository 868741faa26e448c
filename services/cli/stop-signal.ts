/**
 * Aborts at the first SIGINT or SIGTERM, so that the command can stop cleanly. A second one ends the process at
 * once: whoever presses Ctrl-C twice means it.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return controller.signal;
}
