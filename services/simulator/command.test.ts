import { describe, expect, it } from "vitest";
import { simulateCommand } from "./command.ts";
import { startSimulator } from "./server.ts";

function run(...flags: string[]): Promise<unknown> {
  return simulateCommand().parseAsync(["node", "velib", "--port", "0", ...flags]);
}

describe("velib simulate", () => {
  it.each([
    [["--stations", "many"], "--stations"],
    [["--speed", ""], "--speed"],
    [["--start", "yesterday"], "--start"],
    [["--interval", "90"], "interval"],
    [["--fault", "slow"], "NAME=RATE"],
    [["--fault", "slow=very"], "--fault slow"],
    [["--fault", "gremlins=1"], "gremlins"],
    [["--fault", "slow=1", "--fault", "frozen=3"], "frozen"],
  ])("refuses %j in one line that names the flag", async (flags, name) => {
    await expect(run(...flags)).rejects.toMatchObject({
      code: "VELIB_CONFIG_INVALID",
      exitCode: 2,
      message: expect.stringMatching(new RegExp(`^[^\\n]*${name}[^\\n]*$`)),
    });
  });

  it("refuses a port that is in use with exit code 2", async () => {
    const other = await startSimulator({ port: 0, stations: 5 });
    const refused = run("--stations", "5", "--port", new URL(other.url).port);

    await expect(refused).rejects.toMatchObject({ code: "VELIB_PORT_IN_USE", exitCode: 2 });
    await other.close();
  });
});
