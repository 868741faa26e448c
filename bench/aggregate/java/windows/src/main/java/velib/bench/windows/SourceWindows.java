package velib.bench.windows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The windows of one source within one partition: time-weighted, last observation carried forward. A station observed
 * at every poll is known on [p, min(next poll, p + hold)), so its known time between two instants is a difference of
 * one clock that all share; a station without records in a window costs only its line of output.
 */
public final class SourceWindows {
  static final long LENGTH_MS = 180_000;
  static final long LATENESS_MS = 30_000;
  private static final long NEVER = Long.MIN_VALUE;

  /** A poll of a window that is not final yet; `known` and `expiryBefore` are set when its window closes. */
  private static final class Poll {
    final long at;
    long holdMs = -1;
    long known;
    long expiryBefore;

    Poll(long at) {
      this.at = at;
    }
  }

  private final String source;
  private final Map<String, Station> stations = new LinkedHashMap<>();
  private final List<Poll> polls = new ArrayList<>();
  private final WindowJson window = new WindowJson();
  private long finalUntil = NEVER;
  private long pollAt = NEVER;
  private long holdMs;
  private long known;
  private long heldUntil = NEVER;

  SourceWindows(String source) {
    this.source = source;
  }

  /** Puts a record with its poll; null when its window is final. */
  Station add(LogRecord record) {
    if (record.at < finalUntil) return null;
    poll(record.at);
    Station station = station(record.station);
    station.add(record);
    return station;
  }

  void mark(long at, long hold) {
    if (at < finalUntil) return;
    Poll poll = poll(at);
    poll.holdMs = Math.max(poll.holdMs, hold);
  }

  /** Closes the windows that a marker of that time makes final. */
  void closeFor(long marker, WindowOutput output) {
    long limit = windowOf(marker - LATENESS_MS);
    if (limit <= finalUntil) return;
    long start = finalUntil == NEVER ? windowOf(firstPollAt()) : finalUntil;
    while (start < limit) {
      if (heldUntil <= start && firstPollAt() >= start + LENGTH_MS) {
        // nothing is known here: go on at the next poll
        start = Math.min(limit, windowOf(firstPollAt()));
        continue;
      }
      close(start, output);
      start += LENGTH_MS;
    }
    finalUntil = limit;
  }

  private void close(long start, WindowOutput output) {
    long end = start + LENGTH_MS;
    long knownAtStart = knownAt(start);
    int due = 0;
    while (due < polls.size() && polls.get(due).at < end) apply(polls.get(due++));
    long knownAtEnd = knownAt(end);
    boolean presentAtEnd = pollAt != NEVER && end <= pollAt + holdMs;
    for (Station station : stations.values()) {
      window.start();
      long since = station.phase == Station.PRESENT ? knownAtStart : start;
      if (!station.pending.isEmpty()) since = applyPending(station, since, end, output);
      boolean isKnown;
      if (station.phase == Station.PRESENT) {
        window.add(station, knownAtEnd - since);
        isKnown = presentAtEnd;
      } else if (station.phase == Station.ABSENT) {
        window.add(station, Math.min(end, station.expiresAt) - since);
        isKnown = end <= station.expiresAt;
      } else {
        continue;
      }
      if (window.knownMs > 0) output.window(station.key, window.json(station, start, end, isKnown));
    }
    polls.subList(0, due).clear();
  }

  private void apply(Poll poll) {
    if (poll.holdMs < 0) return;
    poll.expiryBefore = pollAt + holdMs;
    known = knownAt(poll.at);
    poll.known = known;
    pollAt = poll.at;
    holdMs = poll.holdMs;
    heldUntil = Math.max(heldUntil, pollAt + holdMs);
  }

  /** Returns up to where the station's integrals reach: known time while it is present, event time while absent. */
  private long applyPending(Station station, long since, long end, WindowOutput output) {
    int applied = 0;
    boolean foldable = true;
    for (LogRecord record : station.pending) {
      if (record.at >= end) break;
      applied++;
      Poll poll = find(record.at);
      foldable &= poll.holdMs >= 0 && record.kind == LogRecord.Kind.OBSERVATION;
      if (poll.holdMs < 0) continue;
      if (record.kind == LogRecord.Kind.OBSERVATION) {
        boolean changed = station.phase == Station.UNSEEN || !station.hasContent(record);
        if (!changed && station.capacity == record.capacity && station.phase == Station.PRESENT) continue;
        if (station.phase == Station.PRESENT) window.add(station, poll.known - since);
        else if (station.phase == Station.ABSENT) window.add(station, Math.min(record.at, station.expiresAt) - since);
        station.observe(record);
        since = poll.known;
        if (changed) window.changes++;
      } else if (station.phase == Station.PRESENT) {
        window.add(station, poll.known - since);
        station.phase = Station.ABSENT;
        station.expiresAt = poll.expiryBefore;
        since = record.at;
      }
    }
    station.pending.subList(0, applied).clear();
    if (!foldable) output.changed(station);
    return since;
  }

  private long knownAt(long t) {
    return pollAt == NEVER ? 0 : known + Math.min(t - pollAt, holdMs);
  }

  private long firstPollAt() {
    return polls.isEmpty() ? Long.MAX_VALUE : polls.get(0).at;
  }

  private static long windowOf(long t) {
    return Math.floorDiv(t, LENGTH_MS) * LENGTH_MS;
  }

  /** The poll of that time, made when it is new. There are only a few. */
  private Poll poll(long at) {
    int i = polls.size();
    while (i > 0 && polls.get(i - 1).at > at) i--;
    if (i > 0 && polls.get(i - 1).at == at) return polls.get(i - 1);
    Poll poll = new Poll(at);
    polls.add(i, poll);
    return poll;
  }

  private Poll find(long at) {
    int i = 0;
    while (polls.get(i).at != at) i++;
    return polls.get(i);
  }

  private Station station(String name) {
    Station station = stations.get(name);
    if (station == null) {
      station = new Station(source, name);
      stations.put(name, station);
    }
    return station;
  }

  Collection<Station> stations() {
    return stations.values();
  }

  /** The state apart from the stations, as bytes. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(40 + polls.size() * 16);
    out.putLong(finalUntil).putLong(pollAt).putLong(holdMs).putLong(known).putLong(heldUntil);
    for (Poll poll : polls) out.putLong(poll.at).putLong(poll.holdMs);
    return out.array();
  }

  /** Takes back what `toBytes` gave; before the stations. */
  void restore(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    finalUntil = in.getLong();
    pollAt = in.getLong();
    holdMs = in.getLong();
    known = in.getLong();
    heldUntil = in.getLong();
    while (in.hasRemaining()) {
      Poll poll = poll(in.getLong());
      poll.holdMs = in.getLong();
    }
  }

  void restoreStation(String name, byte[] bytes) {
    Station station = station(name);
    station.restore(bytes, finalUntil);
    for (LogRecord record : station.pending) poll(record.at);
  }
}
