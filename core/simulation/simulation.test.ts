import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layOutCity } from "./city.ts";
import type { CityState } from "./simulation.ts";
import { Simulation } from "./simulation.ts";

const minute = 60_000;
/** Tuesday and Saturday, 04:00 in Paris. */
const tuesday = Date.parse("2026-05-12T02:00:00Z");
const saturday = Date.parse("2026-05-16T02:00:00Z");
const city = layOutCity(1, 400);

function docked({ mechanical, ebike }: CityState): number {
  return mechanical.reduce((sum, count) => sum + count, 0) + ebike.reduce((sum, count) => sum + count, 0);
}

/** A copy that stays as it is while the simulation goes on. */
function copy(state: CityState) {
  return {
    ...state,
    mechanical: [...state.mechanical],
    ebike: [...state.ebike],
    docks: [...state.docks],
    installed: [...state.installed],
    operating: [...state.operating],
    reportedAt: [...state.reportedAt],
  };
}

/** Share of open stations whose counts moved between two times. */
function shareChanged(simulation: Simulation, from: number, to: number): number {
  const before = copy(simulation.stateAt(from));
  const after = simulation.stateAt(to);
  const open = before.operating.flatMap((flag, station) => (flag === 1 ? [station] : []));
  const changed = open.filter(
    (station) =>
      before.mechanical[station] !== after.mechanical[station] || before.ebike[station] !== after.ebike[station],
  );
  return changed.length / open.length;
}

describe("simulation", () => {
  it("keeps every bike docked, riding or with the operator through two days", () => {
    const simulation = new Simulation(city, tuesday);

    for (let at = tuesday; at <= tuesday + 2 * 1440 * minute; at += minute) {
      const state = simulation.stateAt(at);
      expect(docked(state) + state.riding + state.withOperator).toBe(city.fleet);
    }
  });

  it("never has fewer than no bikes or docks, and never a timestamp of the future", () => {
    const simulation = new Simulation(city, tuesday);

    for (let at = tuesday; at <= tuesday + 1440 * minute; at += 7 * minute) {
      const { mechanical, ebike, docks, reportedAt } = simulation.stateAt(at);
      expect(Math.min(...mechanical, ...ebike, ...docks)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...reportedAt)).toBeLessThanOrEqual(at);
    }
  });

  it("has the same state at a time whenever, and however often, it was asked for", () => {
    const small = layOutCity(9, 60);
    const times = fc.array(fc.integer({ min: 0, max: 2 * 1440 * minute }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(times, (offsets) => {
        const asked = new Simulation(small, tuesday + offsets[0]!);
        for (const offset of offsets) {
          const at = tuesday + offset;
          expect(copy(asked.stateAt(at))).toEqual(copy(new Simulation(small, at).stateAt(at)));
        }
      }),
      { numRuns: 20 },
    );
  });

  it("stands still within a minute", () => {
    const simulation = new Simulation(city, tuesday);
    const first = copy(simulation.stateAt(tuesday + 300 * minute));

    expect(copy(simulation.stateAt(tuesday + 301 * minute - 1))).toEqual(first);
    expect(copy(simulation.stateAt(tuesday + 301 * minute))).not.toEqual(first);
  });

  it("lives differently with another seed", () => {
    const other = layOutCity(2, 400);
    const at = tuesday + 300 * minute;

    expect([...new Simulation(city, at).stateAt(at).docks]).not.toEqual([
      ...new Simulation(other, at).stateAt(at).docks,
    ]);
  });

  it("empties homes and fills offices on a weekday morning, and the other way round in the evening", () => {
    const simulation = new Simulation(city, tuesday);
    const fill = (at: number, lives: (work: number) => boolean) => {
      const { mechanical, ebike, docks } = simulation.stateAt(at);
      let bikes = 0;
      let places = 0;
      city.stations.forEach(({ work }, station) => {
        if (lives(work)) {
          bikes += mechanical[station]! + ebike[station]!;
          places += mechanical[station]! + ebike[station]! + docks[station]!;
        }
      });
      return bikes / places;
    };
    const homes = (work: number) => work < 0.3;
    const offices = (work: number) => work > 0.7;
    const [dawn, morning, night] = [tuesday, tuesday + 360 * minute, tuesday + 1080 * minute];

    const homesOver = [dawn, morning, night].map((at) => fill(at, homes));
    const officesOver = [dawn, morning, night].map((at) => fill(at, offices));

    expect(homesOver[1]).toBeLessThan(homesOver[0]! - 0.08);
    expect(homesOver[2]).toBeGreaterThan(homesOver[1]! + 0.04);
    expect(officesOver[1]).toBeGreaterThan(officesOver[0]! + 0.15);
    expect(officesOver[2]).toBeLessThan(officesOver[1]! - 0.1);
  });

  it("is busiest in the peaks of a weekday, later on a weekend, and quiet before dawn", () => {
    const simulation = new Simulation(city, tuesday);
    const changedAt = (day: number, hour: number) =>
      shareChanged(simulation, day + (hour - 4) * 60 * minute, day + ((hour - 4) * 60 + 5) * minute);

    const weekday = [5, 8.5, 11, 18.5].map((hour) => changedAt(tuesday, hour));
    const weekend = [5, 8.5, 17].map((hour) => changedAt(saturday, hour));

    expect(weekday[0]).toBeLessThan(0.12);
    expect(weekday[1]).toBeGreaterThan(0.4);
    expect(weekday[2]).toBeLessThan(weekday[1]! - 0.1);
    expect(weekday[3]).toBeGreaterThan(0.4);
    expect(weekend[1]).toBeLessThan(weekday[1]! / 2);
    expect(weekend[2]).toBeGreaterThan(weekend[1]!);
  });

  it("reaches the next dawn nearly by the night's vans alone", () => {
    const simulation = new Simulation(city, tuesday);
    const dusk = copy(simulation.stateAt(tuesday + 1180 * minute));
    const before = copy(simulation.stateAt(tuesday + 1439 * minute));
    const dawn = copy(simulation.stateAt(tuesday + 1440 * minute));
    const bikes = ({ mechanical, ebike }: typeof dawn) => mechanical.map((count, station) => count + ebike[station]!);
    const moved = (from: typeof dawn) => {
      const earlier = bikes(from);
      return bikes(dawn).reduce((sum, count, station) => sum + Math.abs(count - earlier[station]!), 0) / earlier.length;
    };

    expect(moved(before)).toBeLessThan(1);
    expect(moved(dusk)).toBeGreaterThan(2);
  });

  it("neither gives nor takes bikes at a station while it is shut", () => {
    const simulation = new Simulation(city, tuesday);
    let previous = copy(simulation.stateAt(tuesday));
    let breakdowns = 0;

    for (let at = tuesday + minute; at < tuesday + 700 * minute; at += minute) {
      const state = copy(simulation.stateAt(at));
      for (const [station, operating] of state.operating.entries()) {
        if (operating === 0 && previous.operating[station] === 0) {
          expect(state.docks[station]).toBe(previous.docks[station]);
          expect(state.reportedAt[station]).toBe(previous.reportedAt[station]);
        }
        breakdowns += previous.operating[station]! > operating ? 1 : 0;
      }
      previous = state;
    }

    expect(breakdowns).toBeGreaterThan(0);
  });

  it.each([1, 2, 3])("runs with %d stations", (size) => {
    const village = layOutCity(4, size);
    const simulation = new Simulation(village, tuesday);

    for (let hour = 0; hour < 72; hour++) {
      const state = simulation.stateAt(tuesday + hour * 60 * minute);
      expect(docked(state) + state.riding + state.withOperator).toBe(village.fleet);
    }
  });
});
