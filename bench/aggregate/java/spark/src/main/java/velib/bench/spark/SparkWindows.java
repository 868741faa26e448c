package velib.bench.spark;

import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoder;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.apache.spark.sql.streaming.TimeMode;
import org.apache.spark.sql.streaming.Trigger;
import scala.Tuple2;
import scala.Tuple3;

/** Spark Structured Streaming: transformWithState on RocksDB, checkpoints at every micro-batch. Ends at the log's end. */
public final class SparkWindows {
  private static final Encoder<Tuple3<Integer, Long, byte[]>> RECORD =
      Encoders.tuple(Encoders.INT(), Encoders.LONG(), Encoders.BINARY());
  private static final Encoder<Tuple2<byte[], byte[]>> WINDOW = Encoders.tuple(Encoders.BINARY(), Encoders.BINARY());

  private SparkWindows() {}

  public static void main(String[] arguments) throws TimeoutException, StreamingQueryException {
    SparkSession spark = session();
    spark.sparkContext().setLogLevel("WARN");
    // Grouped by the log's partition: the markers of a partition close the windows of all its stations, and three
    // groups cost far less than one a station with each marker copied to every one of them.
    Dataset<Tuple2<byte[], byte[]>> windows = spark.readStream()
        .format("kafka")
        .option("kafka.bootstrap.servers", variable("BENCH_BROKERS"))
        .option("subscribe", variable("BENCH_INPUT"))
        .option("startingOffsets", "earliest")
        .option("maxOffsetsPerTrigger", variable("BENCH_BATCH"))
        .option("kafka.max.poll.records", "5000")
        .option("kafka.fetch.max.bytes", String.valueOf(16 << 20))
        .option("kafka.max.partition.fetch.bytes", String.valueOf(4 << 20))
        .load()
        .selectExpr("partition AS _1", "offset AS _2", "value AS _3")
        .groupBy("_1")
        .as(Encoders.INT(), RECORD)
        .transformWithState(new PartitionProcessor(), TimeMode.None(), OutputMode.Append(), WINDOW);
    windows.toDF("key", "value")
        .writeStream()
        .format("kafka")
        .option("kafka.bootstrap.servers", variable("BENCH_BROKERS"))
        .option("topic", variable("BENCH_OUTPUT"))
        .option("kafka.linger.ms", "100")
        .option("kafka.batch.size", String.valueOf(512 << 10))
        .option("kafka.buffer.memory", String.valueOf(64 << 20))
        .option("checkpointLocation", variable("BENCH_DIR") + "/checkpoints")
        .outputMode(OutputMode.Append())
        .trigger(Trigger.AvailableNow())
        .start()
        .awaitTermination();
    spark.stop();
  }

  private static SparkSession session() {
    return SparkSession.builder()
        .master("local[" + variable("BENCH_THREADS") + "]")
        .config("spark.ui.enabled", false)
        .config("spark.local.dir", variable("BENCH_DIR"))
        .config("spark.sql.shuffle.partitions", 3)
        .config("spark.shuffle.compress", false)
        .config("spark.sql.streaming.stateStore.providerClass",
            "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider")
        .config("spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled", true)
        .getOrCreate();
  }

  private static String variable(String name) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) throw new IllegalArgumentException("environment: " + name + " is not set");
    return value;
  }
}
