import { describe, expect, it } from "vitest";
import { layOutCity } from "./city.ts";
import { planDay } from "./day-plan.ts";

const city = layOutCity(3, 1500);
const sum = (counts: Int16Array) => counts.reduce((total, count) => total + count, 0);

describe("day plan", () => {
  it.each([20_000, 20_001, 20_100])("places the whole fleet on day %d, within the working docks", (index) => {
    const plan = planDay(city, index);

    expect(sum(plan.mechanical) + sum(plan.ebike) + plan.depot.mechanical + plan.depot.ebike).toBe(city.fleet);
    expect(sum(plan.ebike) + plan.depot.ebike).toBe(city.ebikes);
    plan.usable.forEach((docks, station) => {
      const bikes = plan.mechanical[station]! + plan.ebike[station]!;
      expect(bikes).toBeLessThanOrEqual(docks);
      expect(plan.service[station] === "in service" || bikes === 0).toBe(true);
    });
  });

  it("keeps every bike in the depot when the only station is shut", () => {
    const village = layOutCity(1, 1);
    const shut = Array.from({ length: 3000 }, (_, day) => planDay(village, day)).find(
      ({ service }) => service[0] !== "in service",
    );

    expect(shut?.depot).toEqual({ mechanical: village.fleet - village.ebikes, ebike: village.ebikes });
  });

  it("shuts few stations, for days on end, with the timestamp of the moment they were shut", () => {
    const days = Array.from({ length: 30 }, (_, index) => planDay(city, 20_000 + index));
    const removed = days.map(({ service }) => service.filter((each) => each === "not installed").length);

    for (const count of removed) {
      expect(count).toBeGreaterThan(5);
      expect(count).toBeLessThan(60);
    }
    const station = days[10]!.service.indexOf("not installed");
    const shutDays = days.filter(({ service }) => service[station] === "not installed");
    expect(shutDays.length).toBeGreaterThan(2);
    expect(days[10]!.reportedAt[station]).toBeLessThan(days[10]!.day.start);
  });

  it("has bikes beyond capacity somewhere, bikes + docks below capacity at many stations", () => {
    const { usable, mechanical, ebike } = planDay(city, 20_000);
    const bikes = (station: number) => mechanical[station]! + ebike[station]!;

    expect(city.stations.filter(({ capacity }, station) => bikes(station) > capacity).length).toBeGreaterThan(0);
    const below = city.stations.filter(({ capacity }, station) => usable[station]! < capacity).length;
    expect(below / city.stations.length).toBeGreaterThan(0.3);
    expect(below / city.stations.length).toBeLessThan(0.7);
  });

  it("plans every day anew", () => {
    expect(planDay(city, 20_000).mechanical).not.toEqual(planDay(city, 20_001).mechanical);
    expect(planDay(city, 20_000)).toEqual(planDay(city, 20_000));
  });
});
