package velib.bench.kafka;

import velib.bench.windows.LogRecord;
import velib.bench.windows.RecordReader;

/** What no aggregator on this client can be cheaper than: `bytes` fetches the log, `parse` also parses it. */
public final class Floor {
  private long total;

  private Floor() {}

  public static void main(String[] arguments) {
    Floor floor = new Floor();
    switch (arguments[0]) {
      case "bytes" -> WholeTopic.read(Environment.INPUT, record -> floor.total += record.value().length);
      case "parse" -> WholeTopic.read(Environment.INPUT, record -> floor.parse(record.value()));
      default -> throw new IllegalArgumentException("expected bytes or parse, got " + arguments[0]);
    }
    // used, so that the compiler can't leave the work out
    System.err.println(arguments[0] + ": " + floor.total);
  }

  private void parse(byte[] value) {
    LogRecord record = RecordReader.read(value);
    if (record.kind == LogRecord.Kind.OBSERVATION) total++;
  }
}
