import { processScenarios } from "./process-scenarios.ts";
import type { Scenario } from "./scenario.ts";
import { serverScenarios } from "./server-scenarios.ts";

/** How much of the campaign is run: all of it, or some 25 faults with each kind of them. */
export type Extent = "all" | "slice";

/** The scenarios of the campaign. The order of faults and the pauses between follow from each one's seed. */
export function scenarios(extent: Extent): Scenario[] {
  const polls = (all: number) => (extent === "all" ? all : 60);
  const times = (all: number, slice: number) => (extent === "all" ? all : slice);
  const found = [...processScenarios(times, polls), ...serverScenarios(times, polls)];
  return extent === "all" ? found : found.filter(({ covered }) => covered !== true);
}
