package velib.bench.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import velib.bench.windows.PartitionWindows;
import velib.bench.windows.RecordReader;
import velib.bench.windows.WindowOutput;

/** Hand-written on the plain client, without state that outlives the process: what a framework's guarantees cost. */
public final class PlainWindows {
  private PlainWindows() {}

  public static void main(String[] arguments) {
    String topic = Environment.variable("BENCH_OUTPUT");
    var bytes = new ByteArraySerializer();
    try (var producer = new KafkaProducer<>(Environment.client(Environment.PRODUCER), bytes, bytes)) {
      WindowOutput output = (key, json) -> producer.send(new ProducerRecord<>(topic, key, json), (sent, error) -> {
        if (error != null) fail(error);
      });
      Map<Integer, PartitionWindows> windows = new HashMap<>();
      WholeTopic.read(Environment.INPUT, record -> windows
          .computeIfAbsent(record.partition(), partition -> new PartitionWindows())
          .accept(RecordReader.read(record.value()), output));
    }
  }

  private static void fail(Exception error) {
    error.printStackTrace();
    Runtime.getRuntime().halt(1);
  }
}
