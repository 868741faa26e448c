package velib.bench.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic from its beginning to what was its end at the start. */
final class WholeTopic {
  private WholeTopic() {}

  static void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    var bytes = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<>(Environment.client(Environment.CONSUMER), bytes, bytes)) {
      List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
          .map(info -> new TopicPartition(topic, info.partition()))
          .toList();
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (!reached(consumer, partitions, ends)) consumer.poll(Duration.ofSeconds(1)).forEach(each);
    }
  }

  private static boolean reached(
      KafkaConsumer<?, ?> consumer, Collection<TopicPartition> partitions, Map<TopicPartition, Long> ends) {
    return partitions.stream().allMatch(partition -> consumer.position(partition) >= ends.get(partition));
  }
}
