package velib.bench.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** Kafka Streams: Processor API, in-memory stores with change log and cache, at least once. Ends at the end markers. */
public final class StreamsWindows {
  private static final int PARTITIONS = 3;

  private StreamsWindows() {}

  public static void main(String[] arguments) throws InterruptedException {
    CountDownLatch ends = new CountDownLatch(PARTITIONS);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    KafkaStreams streams = new KafkaStreams(topology(ends), settings());
    streams.setUncaughtExceptionHandler(error -> {
      failure.set(error);
      while (ends.getCount() > 0) ends.countDown();
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    streams.start();
    ends.await();
    // commits: flushes the cache into the change log, and the windows
    boolean closed = streams.close(Duration.ofMinutes(1));
    if (failure.get() != null) throw new IllegalStateException("the topology failed", failure.get());
    if (!closed) throw new IllegalStateException("not closed within a minute");
  }

  private static Topology topology(CountDownLatch ends) {
    var bytes = Serdes.ByteArray();
    return new Topology()
        .addSource("log", bytes.deserializer(), bytes.deserializer(), Environment.INPUT)
        .addProcessor("windows", new WindowProcessor.Supplier(ends), "log")
        .addSink("sink", Environment.variable("BENCH_OUTPUT"), bytes.serializer(), bytes.serializer(), "windows");
  }

  private static Properties settings() {
    Properties settings = Environment.client(Map.of(
        StreamsConfig.APPLICATION_ID_CONFIG, Environment.variable("BENCH_GROUP"),
        StreamsConfig.STATE_DIR_CONFIG, Environment.variable("BENCH_DIR"),
        StreamsConfig.NUM_STREAM_THREADS_CONFIG, Environment.THREADS,
        StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20,
        StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000,
        StreamsConfig.REPLICATION_FACTOR_CONFIG, 1));
    Environment.CONSUMER.forEach((name, value) -> settings.put(StreamsConfig.mainConsumerPrefix(name), value));
    Environment.PRODUCER.forEach((name, value) -> settings.put(StreamsConfig.producerPrefix(name), value));
    return settings;
  }
}
