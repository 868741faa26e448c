package velib.bench.windows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The station windows of one partition of the log. Closes them by the markers; reads no clock. */
public final class PartitionWindows {
  private final Map<String, SourceWindows> sources = new HashMap<>();

  /** Takes one record in. Returns the station whose state it changed; null for a marker and for a late record. */
  public Station accept(LogRecord record, WindowOutput output) {
    SourceWindows windows = of(record.source);
    switch (record.kind) {
      case OBSERVATION, ABSENT -> {
        return windows.add(record);
      }
      case POLL -> {
        windows.mark(record.at, record.holdMs);
        windows.closeFor(record.at, output);
      }
      case END -> windows.closeFor(record.at, output);
      case STATION -> { }
    }
    return null;
  }

  public SourceWindows of(String source) {
    return sources.computeIfAbsent(source, SourceWindows::new);
  }

  public void restoreSource(String source, byte[] bytes) {
    of(source).restore(bytes);
  }

  /** After the sources. */
  public void restoreStation(byte[] key, byte[] bytes) {
    String text = new String(key, StandardCharsets.UTF_8);
    int slash = text.indexOf('/');
    of(text.substring(0, slash)).restoreStation(text.substring(slash + 1), bytes);
  }

  /** All of the state. */
  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(sources.size());
      for (Map.Entry<String, SourceWindows> source : sources.entrySet()) {
        out.writeUTF(source.getKey());
        write(out, source.getValue().toBytes());
        out.writeInt(source.getValue().stations().size());
        for (Station station : source.getValue().stations()) {
          write(out, station.key);
          write(out, station.toBytes());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  public static PartitionWindows restore(byte[] bytes) {
    PartitionWindows windows = new PartitionWindows();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      for (int sources = in.readInt(); sources > 0; sources--) {
        windows.restoreSource(in.readUTF(), read(in));
        for (int stations = in.readInt(); stations > 0; stations--) windows.restoreStation(read(in), read(in));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return windows;
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] read(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }
}
