package velib.bench.kafka;

import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** What the harness tells a program, and client settings for throughput that all programs on the Java client share. */
final class Environment {
  static final String BROKERS = variable("BENCH_BROKERS");
  static final String INPUT = variable("BENCH_INPUT");
  static final int THREADS = Integer.parseInt(variable("BENCH_THREADS"));

  static final Map<String, Object> CONSUMER = Map.of(
      ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
      ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5000,
      ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 << 20,
      ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 << 20);

  static final Map<String, Object> PRODUCER = Map.of(
      ProducerConfig.LINGER_MS_CONFIG, 100,
      ProducerConfig.BATCH_SIZE_CONFIG, 512 << 10,
      ProducerConfig.BUFFER_MEMORY_CONFIG, 64L << 20);

  private Environment() {}

  static String variable(String name) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) throw new IllegalArgumentException("environment: " + name + " is not set");
    return value;
  }

  static Properties client(Map<String, Object> settings) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", BROKERS);
    properties.putAll(settings);
    return properties;
  }
}
