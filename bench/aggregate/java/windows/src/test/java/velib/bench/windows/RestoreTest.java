package velib.bench.windows;

import static org.junit.jupiter.api.Assertions.assertIterableEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RestoreTest {
  private static final int STATIONS = 20;
  private static final int POLLS = 400;

  @Test
  void windowsGoOnFromWhatAStoreHoldsAsIfNothingHadHappened() {
    for (int seed = 0; seed < 50; seed++) {
      List<LogRecord> records = records(new Random(seed));
      List<String> expected = whole(records);
      assertTrue(expected.size() > STATIONS, "windows of seed " + seed);
      assertIterableEquals(expected, stored(records, new Random(seed)), "seed " + seed);
      assertIterableEquals(expected, asBytes(records, new Random(seed)), "seed " + seed);
    }
  }

  private static List<String> whole(List<LogRecord> records) {
    List<String> output = new ArrayList<>();
    PartitionWindows windows = new PartitionWindows();
    for (LogRecord record : records) windows.accept(record, (key, json) -> output.add(text(json)));
    return sorted(output);
  }

  /** As on Kafka Streams: a station is stored with each of its records, the source with each marker. */
  private static List<String> stored(List<LogRecord> records, Random random) {
    List<String> output = new ArrayList<>();
    Map<String, byte[]> stations = new HashMap<>();
    Map<String, byte[]> sources = new HashMap<>();
    WindowOutput sink = new WindowOutput() {
      @Override
      public void window(byte[] key, byte[] json) {
        output.add(text(json));
      }

      @Override
      public void changed(Station station) {
        stations.put(text(station.key), station.toBytes());
      }
    };
    PartitionWindows windows = new PartitionWindows();
    for (LogRecord record : records) {
      Station station = windows.accept(record, sink);
      if (station != null) sink.changed(station);
      else sources.put(record.source, windows.of(record.source).toBytes());
      if (random.nextInt(50) > 0) continue;
      PartitionWindows next = new PartitionWindows();
      sources.forEach(next::restoreSource);
      stations.forEach((key, bytes) -> next.restoreStation(key.getBytes(StandardCharsets.UTF_8), bytes));
      windows = next;
    }
    return sorted(output);
  }

  /** As on Spark: all of the state at once. */
  private static List<String> asBytes(List<LogRecord> records, Random random) {
    List<String> output = new ArrayList<>();
    PartitionWindows windows = new PartitionWindows();
    for (LogRecord record : records) {
      windows.accept(record, (key, json) -> output.add(text(json)));
      if (random.nextInt(50) == 0) windows = PartitionWindows.restore(windows.toBytes());
    }
    return sorted(output);
  }

  /** Polls with gaps and lost markers, of stations that come and go. */
  private static List<LogRecord> records(Random random) {
    List<LogRecord> records = new ArrayList<>();
    boolean[] seen = new boolean[STATIONS];
    long at = 1_700_000_000_000L;
    for (int poll = 0; poll < POLLS; poll++) {
      at += random.nextInt(20) == 0 ? 1_500_000 : 20_000 + random.nextInt(120_000);
      for (int station = 0; station < STATIONS; station++) {
        if (random.nextInt(3) == 0) continue;
        boolean isAbsent = seen[station] && random.nextInt(6) == 0;
        records.add(record(isAbsent ? LogRecord.Kind.ABSENT : LogRecord.Kind.OBSERVATION, station, at, random));
        seen[station] = true;
      }
      if (random.nextInt(30) > 0) records.add(record(LogRecord.Kind.POLL, 0, at, random));
    }
    records.add(record(LogRecord.Kind.END, 0, at + 600_000, random));
    return records;
  }

  private static LogRecord record(LogRecord.Kind kind, int station, long at, Random random) {
    LogRecord record = new LogRecord();
    record.kind = kind;
    record.source = "paris";
    record.station = "s" + station;
    record.at = at;
    record.holdMs = kind == LogRecord.Kind.POLL ? 600_000 : -1;
    if (kind != LogRecord.Kind.OBSERVATION) return record;
    record.bikes = random.nextInt(3);
    record.docks = random.nextInt(3);
    record.mechanical = random.nextInt(4) - 1;
    record.ebike = record.mechanical < 0 ? -1 : random.nextInt(3);
    record.capacity = random.nextInt(6) - 1;
    record.flags = random.nextInt(8);
    return record;
  }

  private static List<String> sorted(List<String> lines) {
    return lines.stream().sorted().toList();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
