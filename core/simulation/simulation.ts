import type { City } from "./city.ts";
import type { DayPlan } from "./day-plan.ts";
import { planDay } from "./day-plan.ts";
import { serviceDayAt } from "./paris-time.ts";
import { RandomStream } from "./random.ts";
import { tripRates } from "./rhythm.ts";
import { chooseDestination, detourMinutes, longestRide, rideMinutes } from "./travel.ts";
import type { WeightedChoice } from "./weighted-choice.ts";

const minuteMs = 60_000;
/** Riders who would rather have an e-bike; they take the other kind when it is the only one. */
const preferEbike = 0.55;
/** From how many bikes (or docks) down riders call a station nearly empty (full), and how much that puts them off. */
const fewLeft = 4;
const caution = 0.95;

/** The stations' counts and flags at a time. The arrays are the simulation's own: read them before it goes on. */
export interface CityState {
  /** The whole minute up to which everything has happened, ms since the epoch. */
  at: number;
  mechanical: Readonly<Int16Array>;
  ebike: Readonly<Int16Array>;
  /** Free docks that work. */
  docks: Readonly<Int16Array>;
  /** 1 where it holds. */
  installed: Readonly<Uint8Array>;
  /** 1 where bikes can be taken and brought. */
  operating: Readonly<Uint8Array>;
  /** When the station's counts or flags last moved, ms. */
  reportedAt: Readonly<Float64Array>;
  /** Bikes under way with riders. */
  riding: number;
  /** Bikes in the operator's vans and depot. */
  withOperator: number;
}

/**
 * The city in time. The state at a time is a function of the city and the time alone: each service day starts from
 * its own plan and goes on in steps of one minute, each with a random stream of its own, so it does not matter when,
 * how often or in which process it was asked for.
 */
export class Simulation {
  readonly city: City;
  #plan: DayPlan;
  #tomorrow: DayPlan | null = null;
  #minute = 0;
  readonly #mechanical: Int16Array;
  readonly #ebike: Int16Array;
  readonly #docks: Int16Array;
  readonly #installed: Uint8Array;
  readonly #operating: Uint8Array;
  readonly #reportedAt: Float64Array;
  #vans = { mechanical: 0, ebike: 0 };
  #riding = 0;
  /** Rides by arrival minute, modulo its length: station × 2 + (1 for an e-bike). */
  readonly #arrivals: number[][] = Array.from({ length: longestRide + 1 }, () => []);

  /** @param at the first time that will be asked for, ms since the epoch */
  constructor(city: City, at: number) {
    const size = city.stations.length;
    this.city = city;
    this.#mechanical = new Int16Array(size);
    this.#ebike = new Int16Array(size);
    this.#docks = new Int16Array(size);
    this.#installed = new Uint8Array(size);
    this.#operating = new Uint8Array(size);
    this.#reportedAt = new Float64Array(size);
    this.#plan = planDay(city, serviceDayAt(at).index);
    this.#beginDay();
  }

  /** The state at a time (ms since the epoch): of the last whole minute at or before it. */
  stateAt(at: number): CityState {
    const day = serviceDayAt(at);
    const minute = Math.floor((at - day.start) / minuteMs);
    if (day.index !== this.#plan.day.index) {
      this.#plan = this.#tomorrow?.day.index === day.index ? this.#tomorrow : planDay(this.city, day.index);
      this.#beginDay();
    } else if (minute < this.#minute) {
      this.#beginDay();
    }
    while (this.#minute < minute) {
      this.#step();
    }
    return this.#state();
  }

  #state(): CityState {
    return {
      at: this.#plan.day.start + this.#minute * minuteMs,
      mechanical: this.#mechanical,
      ebike: this.#ebike,
      docks: this.#docks,
      installed: this.#installed,
      operating: this.#operating,
      reportedAt: this.#reportedAt,
      riding: this.#riding,
      withOperator: this.#vans.mechanical + this.#vans.ebike,
    };
  }

  #beginDay(): void {
    const { mechanical, ebike, usable, service, reportedAt, depot } = this.#plan;
    this.#mechanical.set(mechanical);
    this.#ebike.set(ebike);
    this.#reportedAt.set(reportedAt);
    for (let station = 0; station < usable.length; station++) {
      this.#docks[station] = usable[station]! - mechanical[station]! - ebike[station]!;
      this.#installed[station] = service[station] === "not installed" ? 0 : 1;
      this.#operating[station] = service[station] === "in service" ? 1 : 0;
    }
    this.#vans = { ...depot };
    this.#tomorrow = null;
    this.#riding = 0;
    this.#minute = 0;
    for (const rides of this.#arrivals) {
      rides.length = 0;
    }
  }

  #step(): void {
    const { day } = this.#plan;
    const random = new RandomStream(this.city.seed, day.index, this.#minute);
    this.#breakDownAndRepair();
    this.#arrive(random);
    this.#depart(random);
    this.#rebalance(Math.round((day.end - day.start) / minuteMs) - this.#minute);
    this.#minute++;
  }

  /** A moment of the current minute, ms: what a station reports as the time of a change. */
  #moment(part: number): number {
    return this.#plan.day.start + this.#minute * minuteMs + Math.floor(part * 60) * 1000;
  }

  #breakDownAndRepair(): void {
    for (const { station, from, to } of this.#plan.outages) {
      if (this.#minute === from || this.#minute === to) {
        this.#operating[station] = this.#minute === to ? 1 : 0;
        this.#reportedAt[station] = this.#moment(0);
      }
    }
  }

  #arrive(random: RandomStream): void {
    // A ride takes at least a minute and less than a turn of the ring, so none is added to this slot meanwhile.
    const rides = this.#arrivals[this.#minute % this.#arrivals.length]!;
    for (const ride of rides) {
      const station = ride >> 1;
      if (this.#takesBikes(station)) {
        this.#move(station, ride & 1, 1, random.share());
        this.#riding--;
      } else {
        this.#rideOn(station, ride & 1, random);
      }
    }
    rides.length = 0;
  }

  /**
   * To the nearest station with a dock among the neighbours, or on to one of them when all are full; the rider may
   * find that one taken too, and rides on again.
   */
  #rideOn(from: number, electric: number, random: RandomStream): void {
    const next = this.#nearestThatTakesBikes(from, random);
    const minutes = next === from ? 5 : detourMinutes(this.city, from, next);
    this.#arrivals[(this.#minute + minutes) % this.#arrivals.length]!.push(next * 2 + electric);
  }

  #depart(random: RandomStream): void {
    const { demand, day } = this.#plan;
    const rates = tripRates(4 + this.#minute / 60, day.weekend);
    const { home, work, leisure } = this.city.attraction;
    const perMinute = (demand * this.city.stations.length) / 60;
    this.#departBy(home, work, rates.homeToWork * perMinute, random);
    this.#departBy(work, home, rates.workToHome * perMinute, random);
    this.#departBy(leisure, leisure, rates.leisure * perMinute, random);
  }

  /** One minute of a Poisson process: `rate` riders a minute want a bike. */
  #departBy(from: WeightedChoice, to: WeightedChoice, rate: number, random: RandomStream): void {
    if (from.total === 0 || to.total === 0) {
      return;
    }
    for (let part = random.gap(rate); part < 1; part += random.gap(rate)) {
      const origin = this.#nearestThatGivesBikes(from.draw(random));
      if (origin === null || this.#isPutOff(this.#bikes(origin), random)) {
        continue;
      }
      const electric = this.#kindTaken(origin, random);
      const destination = chooseDestination(this.city, origin, to, random, this.#looksFull);
      const minutes = rideMinutes(this.city, origin, destination, electric === 1 ? "ebike" : "mechanical", random);
      this.#move(origin, electric, -1, part);
      this.#riding++;
      this.#arrivals[(this.#minute + minutes) % this.#arrivals.length]!.push(destination * 2 + electric);
    }
  }

  /** Riders see in the app how many are left, and look elsewhere when they are few (or trust to luck). */
  #isPutOff(left: number, random: RandomStream): boolean {
    return left < fewLeft && random.share() < (caution * (fewLeft - left)) / fewLeft;
  }

  readonly #looksFull = (station: number, random: RandomStream): boolean =>
    this.#isPutOff(this.#docks[station]!, random);

  #bikes(station: number): number {
    return this.#mechanical[station]! + this.#ebike[station]!;
  }

  #kindTaken(station: number, random: RandomStream): number {
    const prefersElectric = random.share() < preferEbike;
    if (prefersElectric) {
      return this.#ebike[station]! > 0 ? 1 : 0;
    }
    return this.#mechanical[station]! > 0 ? 0 : 1;
  }

  #move(station: number, electric: number, count: number, part: number): void {
    const kind = electric === 1 ? this.#ebike : this.#mechanical;
    kind[station] = kind[station]! + count;
    this.#docks[station] = this.#docks[station]! - count;
    this.#reportedAt[station] = Math.max(this.#reportedAt[station]!, this.#moment(part));
  }

  #takesBikes(station: number): boolean {
    return this.#operating[station] === 1 && this.#docks[station]! > 0;
  }

  #givesBikes(station: number): boolean {
    return this.#operating[station] === 1 && this.#bikes(station) > 0;
  }

  /** Riders walk at most to the third nearest station, then give up (null). */
  #nearestThatGivesBikes(station: number): number | null {
    if (this.#givesBikes(station)) {
      return station;
    }
    const { count, index } = this.city.neighbours;
    for (let k = 0; k < Math.min(3, count); k++) {
      const other = index[station * count + k]!;
      if (this.#givesBikes(other)) {
        return other;
      }
    }
    return null;
  }

  /** The station itself in a city that has no other one. */
  #nearestThatTakesBikes(station: number, random: RandomStream): number {
    const { count, index } = this.city.neighbours;
    for (let k = 0; k < count; k++) {
      const other = index[station * count + k]!;
      if (this.#takesBikes(other)) {
        return other;
      }
    }
    return count === 0 ? station : index[station * count + random.below(count)]!;
  }

  /**
   * At night vans bring the stations towards tomorrow's start, in rounds of an hour from 3½ hours to half an hour
   * before the day's end. Each minute they visit every sixtieth station.
   */
  #rebalance(minutesLeft: number): void {
    if (minutesLeft > 210 || minutesLeft <= 30) {
      return;
    }
    this.#tomorrow ??= planDay(this.city, this.#plan.day.index + 1);
    for (let station = minutesLeft % 60; station < this.#docks.length; station += 60) {
      this.#visit(station, this.#tomorrow);
    }
  }

  /** Takes what is too much and brings what is missing, as far as the vans have it. */
  #visit(station: number, target: DayPlan): void {
    const tooManyEbikes = this.#ebike[station]! - target.ebike[station]!;
    const ebikes = Math.max(tooManyEbikes, -this.#vans.ebike, -this.#docks[station]!);
    const tooManyMechanical = this.#mechanical[station]! - target.mechanical[station]!;
    const mechanical = Math.max(tooManyMechanical, -this.#vans.mechanical, -(this.#docks[station]! + ebikes));
    this.#load(station, ebikes, mechanical);
  }

  /** Loads bikes from a station into the vans; negative counts unload. */
  #load(station: number, ebikes: number, mechanical: number): void {
    if (ebikes === 0 && mechanical === 0) {
      return;
    }
    this.#move(station, 1, -ebikes, 0.5);
    this.#move(station, 0, -mechanical, 0.5);
    this.#vans.ebike += ebikes;
    this.#vans.mechanical += mechanical;
  }
}
