import type { Registry } from "prom-client";
import { Gauge } from "prom-client";

/** A source as its gauges show it. */
export interface FeedReading {
  source: string;
  /** `core/freshness`; null before the first poll: then the source has no such sample. */
  dataAgeMs: number | null;
  pollAgeMs: number | null;
  /** Validly observed at the newest poll. */
  stations: number | null;
}

export type FeedReader = () => Promise<FeedReading[]>;

/**
 * Gauges of the feeds, computed when they are scraped: an age stored at a poll would stand still just when polls
 * stop. Returns the function that connects them to where the sources' states are; until then they have no samples.
 */
export function registerFeedGauges(registry: Registry): (read: FeedReader) => void {
  let readFeeds: FeedReader = async () => [];
  let reading: Promise<FeedReading[]> | null = null;

  /** All gauges of one scrape show one reading. */
  function sharedReading(): Promise<FeedReading[]> {
    reading ??= readFeeds().finally(() => {
      reading = null;
    });
    return reading;
  }

  function gauge(name: string, help: string, value: (feed: FeedReading) => number | null): void {
    new Gauge({
      name,
      help,
      labelNames: ["source"],
      registers: [registry],
      async collect() {
        const feeds = await sharedReading();
        this.reset();
        for (const feed of feeds) {
          const now = value(feed);
          if (now !== null) this.set({ source: feed.source }, now);
        }
      },
    });
  }

  gauge("velib_feed_data_age_seconds", "Time since the source's data last moved", (feed) => seconds(feed.dataAgeMs));
  gauge("velib_feed_poll_age_seconds", "Time since the source's last poll that counted", (feed) =>
    seconds(feed.pollAgeMs),
  );
  gauge("velib_stations", "Stations validly observed at the source's newest poll", (feed) => feed.stations);
  return (read) => {
    readFeeds = read;
  };
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
