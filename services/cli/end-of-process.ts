/** How long what is being closed may take after a command's end, ms. */
const graceMs = 2_000;

/**
 * Ends the process with its exit code also where something that a client library left open, such as a socket,
 * would keep it for ever: what supervises it would wait until it kills it. Says what was left.
 */
export function endSoon(): void {
  setTimeout(() => {
    const left = [...new Set(process.getActiveResourcesInfo())].join(", ");
    console.error(`velib: its work is over and something was left open (${left}): ending`);
    process.exit();
  }, graceMs).unref();
}
