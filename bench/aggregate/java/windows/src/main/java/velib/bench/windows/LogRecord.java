package velib.bench.windows;

/** A record of the observation log with what the windows need of it; −1 stands for null. */
public final class LogRecord {
  public enum Kind { OBSERVATION, ABSENT, POLL, END, STATION }

  public static final int RENTING = 2;
  public static final int INSTALLED = 1;
  public static final int RETURNING = 4;

  public Kind kind;
  public String source;
  public String station;
  /** Time of the poll, ms. */
  public long at;
  public long holdMs = -1;
  public int bikes;
  public int docks;
  public int mechanical = -1;
  public int ebike = -1;
  public int capacity = -1;
  public int flags;
}
