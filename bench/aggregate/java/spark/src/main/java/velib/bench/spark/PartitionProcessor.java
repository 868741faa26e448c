package velib.bench.spark;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StatefulProcessor;
import org.apache.spark.sql.streaming.TTLConfig;
import org.apache.spark.sql.streaming.TimeMode;
import org.apache.spark.sql.streaming.TimerValues;
import org.apache.spark.sql.streaming.ValueState;
import scala.Tuple2;
import scala.Tuple3;
import scala.collection.AbstractIterator;
import scala.collection.Iterator;
import velib.bench.windows.PartitionWindows;
import velib.bench.windows.RecordReader;

/** The windows of one partition of the log: read from the state and written back once a micro-batch. */
final class PartitionProcessor extends StatefulProcessor<Integer, Tuple3<Integer, Long, byte[]>, Tuple2<byte[], byte[]>> {
  private static final long serialVersionUID = 1L;

  private transient ValueState<byte[]> state;

  @Override
  public void init(OutputMode outputMode, TimeMode timeMode) {
    state = getHandle().getValueState("windows", Encoders.BINARY(), TTLConfig.NONE());
  }

  @Override
  public Iterator<Tuple2<byte[], byte[]>> handleInputRows(
      Integer partition, Iterator<Tuple3<Integer, Long, byte[]>> records, TimerValues timers) {
    return new Windows(state.exists() ? PartitionWindows.restore(state.get()) : new PartitionWindows(), records);
  }

  /** Reads on only when its windows are taken, so that a batch's windows are never all in memory. */
  private final class Windows extends AbstractIterator<Tuple2<byte[], byte[]>> {
    private final PartitionWindows windows;
    private final Iterator<Tuple3<Integer, Long, byte[]>> records;
    private final Deque<Tuple2<byte[], byte[]>> ready = new ArrayDeque<>();
    private long offset = -1;
    private boolean stored;

    Windows(PartitionWindows windows, Iterator<Tuple3<Integer, Long, byte[]>> records) {
      this.windows = windows;
      this.records = records;
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && records.hasNext()) accept(records.next());
      if (!ready.isEmpty()) return true;
      if (!stored) state.update(windows.toBytes());
      stored = true;
      return false;
    }

    @Override
    public Tuple2<byte[], byte[]> next() {
      return ready.remove();
    }

    private void accept(Tuple3<Integer, Long, byte[]> record) {
      // one partition's rows of a batch pass the shuffle in the log's order; the windows depend on it
      if (record._2() <= offset) throw new IllegalStateException("offset " + record._2() + " came after " + offset);
      offset = record._2();
      windows.accept(RecordReader.read(record._3()), (key, json) -> ready.add(new Tuple2<>(key, json)));
    }
  }
}
