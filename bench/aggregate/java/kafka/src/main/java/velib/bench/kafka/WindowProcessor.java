package velib.bench.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import velib.bench.windows.LogRecord;
import velib.bench.windows.PartitionWindows;
import velib.bench.windows.RecordReader;
import velib.bench.windows.Station;
import velib.bench.windows.WindowOutput;

/**
 * One task's windows. They are computed on plain objects; the stores are written with every change and read only when
 * the task starts: decoding each station again for each of its records and windows would cost more than aggregating.
 */
final class WindowProcessor implements Processor<byte[], byte[], byte[], byte[]>, WindowOutput {
  private static final String STATIONS = "stations";
  private static final String SOURCES = "sources";

  private final PartitionWindows windows = new PartitionWindows();
  private final CountDownLatch ends;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<byte[], byte[]> stations;
  private KeyValueStore<byte[], byte[]> sources;
  private long timestamp;

  private WindowProcessor(CountDownLatch ends) {
    this.ends = ends;
  }

  /** @param ends counted down at each partition's end marker */
  record Supplier(CountDownLatch ends) implements ProcessorSupplier<byte[], byte[], byte[], byte[]> {
    @Override
    public Processor<byte[], byte[], byte[], byte[]> get() {
      return new WindowProcessor(ends);
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
      return Set.of(store(STATIONS), store(SOURCES));
    }

    private static StoreBuilder<?> store(String name) {
      return Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), Serdes.ByteArray(), Serdes.ByteArray())
          .withLoggingEnabled(Map.of())
          .withCachingEnabled();
    }
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    stations = context.getStateStore(STATIONS);
    sources = context.getStateStore(SOURCES);
    try (var all = sources.all()) {
      all.forEachRemaining(entry -> windows.restoreSource(new String(entry.key, StandardCharsets.UTF_8), entry.value));
    }
    try (var all = stations.all()) {
      all.forEachRemaining(entry -> windows.restoreStation(entry.key, entry.value));
    }
  }

  @Override
  public void process(Record<byte[], byte[]> message) {
    timestamp = message.timestamp();
    LogRecord record = RecordReader.read(message.value());
    Station station = windows.accept(record, this);
    if (station != null) {
      changed(station);
    } else if (record.kind == LogRecord.Kind.POLL || record.kind == LogRecord.Kind.END) {
      sources.put(record.source.getBytes(StandardCharsets.UTF_8), windows.of(record.source).toBytes());
    }
    if (record.kind == LogRecord.Kind.END) ends.countDown();
  }

  @Override
  public void window(byte[] key, byte[] json) {
    context.forward(new Record<>(key, json, timestamp));
  }

  @Override
  public void changed(Station station) {
    stations.put(station.key, station.toBytes());
  }
}
