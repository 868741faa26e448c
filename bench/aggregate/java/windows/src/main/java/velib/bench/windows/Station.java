package velib.bench.windows;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A station's latest content, and its records of windows that are not final yet. */
public final class Station {
  static final byte UNSEEN = 0;
  static final byte PRESENT = 1;
  static final byte ABSENT = 2;

  /** `source/station`, the key of its records and windows. */
  public final byte[] key;
  /** A window's JSON up to its start. */
  final byte[] prefix;
  /** Oldest first, one a poll. */
  final List<LogRecord> pending = new ArrayList<>(4);
  byte phase = UNSEEN;
  int bikes;
  int docks;
  int mechanical = -1;
  int ebike = -1;
  int capacity = -1;
  int flags;
  /** While absent: until when its last observation holds, ms. */
  long expiresAt;

  Station(String source, String station) {
    key = (source + "/" + station).getBytes(StandardCharsets.UTF_8);
    JsonStringEncoder encoder = JsonStringEncoder.getInstance();
    String names = "{\"source\":\"" + String.valueOf(encoder.quoteAsString(source))
        + "\",\"station\":\"" + String.valueOf(encoder.quoteAsString(station)) + "\",\"start\":";
    prefix = names.getBytes(StandardCharsets.UTF_8);
  }

  void add(LogRecord record) {
    int i = pending.size();
    while (i > 0 && pending.get(i - 1).at > record.at) i--;
    if (i == 0 || pending.get(i - 1).at < record.at) pending.add(i, record);
    // sent twice: an observation counts before an absence
    else if (record.kind == LogRecord.Kind.OBSERVATION) pending.set(i - 1, record);
  }

  boolean hasContent(LogRecord r) {
    return bikes == r.bikes && docks == r.docks && mechanical == r.mechanical && ebike == r.ebike && flags == r.flags;
  }

  void observe(LogRecord r) {
    phase = PRESENT;
    bikes = r.bikes;
    docks = r.docks;
    mechanical = r.mechanical;
    ebike = r.ebike;
    capacity = r.capacity;
    flags = r.flags;
  }

  /** The state as bytes. */
  public byte[] toBytes() {
    ByteBuffer out = ByteBuffer.allocate(34 + pending.size() * 33);
    out.put(phase).putLong(expiresAt).put((byte) pending.size());
    putContent(out, bikes, docks, mechanical, ebike, capacity, flags);
    for (LogRecord r : pending) {
      out.putLong(r.at).put((byte) (r.kind == LogRecord.Kind.ABSENT ? 1 : 0));
      putContent(out, r.bikes, r.docks, r.mechanical, r.ebike, r.capacity, r.flags);
    }
    return out.array();
  }

  private static void putContent(ByteBuffer out, int a, int b, int c, int d, int e, int f) {
    out.putInt(a).putInt(b).putInt(c).putInt(d).putInt(e).putInt(f);
  }

  /**
   * Takes back what `toBytes` gave. Observations before `finalUntil` were aggregated after the bytes were made and
   * become the content: so a program need not store a station again when its window closes.
   */
  void restore(byte[] bytes, long finalUntil) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    phase = in.get();
    expiresAt = in.getLong();
    int size = in.get();
    bikes = in.getInt();
    docks = in.getInt();
    mechanical = in.getInt();
    ebike = in.getInt();
    capacity = in.getInt();
    flags = in.getInt();
    for (int i = 0; i < size; i++) {
      LogRecord r = new LogRecord();
      r.at = in.getLong();
      r.kind = in.get() == 1 ? LogRecord.Kind.ABSENT : LogRecord.Kind.OBSERVATION;
      r.bikes = in.getInt();
      r.docks = in.getInt();
      r.mechanical = in.getInt();
      r.ebike = in.getInt();
      r.capacity = in.getInt();
      r.flags = in.getInt();
      if (r.at >= finalUntil) pending.add(r);
      else if (r.kind == LogRecord.Kind.OBSERVATION) observe(r);
    }
  }
}
