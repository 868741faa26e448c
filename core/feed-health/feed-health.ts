/**
 * What is wrong with a feed, as of its newest poll. Totals count since the source was first polled; they travel with
 * the poll marker, so that every process that reads the log knows them.
 */
export interface FeedHealth {
  /** Polls that counted. */
  polls: number;
  /** Consecutive newest polls in which no content changed (0: the newest one moved). */
  frozenPolls: number;
  /** Longest such run. */
  longestFrozenRun: number;
  /** Polls whose feed clock was behind the previous poll's. */
  clockBackwards: number;
  /** Stations of the newest poll with more bikes than capacity. */
  overCapacity: number;
  /** Columns that ever had a value: one that never had is the feed's format, not a fault. */
  filledColumns: string[];
  /** Filled columns that were null in every row of the newest poll. */
  nullColumns: string[];
  /** Polls with at least one such column. */
  nullColumnPolls: number;
  /** Stations in the newest status that the network's information does not list (0 for feeds without one). */
  notInInformation: number;
  /** Stations in the information that the newest status does not have. */
  notInStatus: number;
}
