package velib.bench.windows;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Records from JSON by Jackson's streaming parser: no tree, only the fields that count. */
public final class RecordReader {
  private static final JsonFactory json = new JsonFactory();

  private RecordReader() {}

  public static LogRecord read(byte[] value) {
    LogRecord record = new LogRecord();
    try (JsonParser parser = json.createParser(value)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) throw new IOException("expected an object");
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        JsonToken token = parser.nextToken();
        if (token.isStructStart()) parser.skipChildren();
        else if (token != JsonToken.VALUE_NULL) read(parser, name, record);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return record;
  }

  private static void read(JsonParser parser, String name, LogRecord record) throws IOException {
    switch (name) {
      case "kind" -> record.kind = kind(parser.getText());
      case "source" -> record.source = parser.getText();
      case "station" -> record.station = parser.getText();
      case "at" -> record.at = parser.getLongValue();
      case "holdMs" -> record.holdMs = parser.getLongValue();
      case "bikes" -> record.bikes = parser.getIntValue();
      case "docks" -> record.docks = parser.getIntValue();
      case "mechanical" -> record.mechanical = parser.getIntValue();
      case "ebike" -> record.ebike = parser.getIntValue();
      case "capacity" -> record.capacity = parser.getIntValue();
      case "installed" -> record.flags |= parser.getBooleanValue() ? LogRecord.INSTALLED : 0;
      case "renting" -> record.flags |= parser.getBooleanValue() ? LogRecord.RENTING : 0;
      case "returning" -> record.flags |= parser.getBooleanValue() ? LogRecord.RETURNING : 0;
      default -> { }
    }
  }

  private static LogRecord.Kind kind(String name) throws IOException {
    return switch (name) {
      case "change", "keyframe" -> LogRecord.Kind.OBSERVATION;
      case "absent" -> LogRecord.Kind.ABSENT;
      case "poll" -> LogRecord.Kind.POLL;
      case "end" -> LogRecord.Kind.END;
      case "station" -> LogRecord.Kind.STATION;
      default -> throw new IOException("unknown kind of record: " + name);
    };
  }
}
