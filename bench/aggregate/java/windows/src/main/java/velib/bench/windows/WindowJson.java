package velib.bench.windows;

import com.fasterxml.jackson.core.io.schubfach.DoubleToDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One station's open window: the integrals, and its JSON once it is final. */
final class WindowJson {
  private static final byte[] END = ascii(",\"end\":");
  private static final byte[] MECHANICAL_MEAN = ascii(",\"mechanicalMean\":");
  private static final byte[] EBIKE_MEAN = ascii(",\"ebikeMean\":");
  private static final byte[] BIKES_MEAN = ascii(",\"bikesMean\":");
  private static final byte[] DOCKS_MEAN = ascii(",\"docksMean\":");
  private static final byte[] OCCUPANCY_MEAN = ascii(",\"occupancyMean\":");
  private static final byte[] BIKES_MIN = ascii(",\"bikesMin\":");
  private static final byte[] BIKES_MAX = ascii(",\"bikesMax\":");
  private static final byte[] BIKES_LAST = ascii(",\"bikesLast\":");
  private static final byte[] DOCKS_MIN = ascii(",\"docksMin\":");
  private static final byte[] DOCKS_MAX = ascii(",\"docksMax\":");
  private static final byte[] DOCKS_LAST = ascii(",\"docksLast\":");
  private static final byte[] COVERAGE = ascii(",\"coverage\":");
  private static final byte[] CHANGES = ascii(",\"changes\":");
  private static final byte[] NULL = ascii("null");

  long knownMs;
  int changes;
  private long splitMs;
  private long placesKnownMs;
  private long mechanicalMs;
  private long ebikeMs;
  private long bikesMs;
  private long docksMs;
  private double occupancyMs;
  private int bikesMin;
  private int bikesMax;
  private int docksMin;
  private int docksMax;
  private byte[] out = new byte[1024];
  private int size;

  void start() {
    knownMs = splitMs = placesKnownMs = mechanicalMs = ebikeMs = bikesMs = docksMs = 0;
    occupancyMs = 0;
    changes = 0;
    bikesMin = docksMin = Integer.MAX_VALUE;
    bikesMax = docksMax = Integer.MIN_VALUE;
  }

  /** The station's content held for so long. */
  void add(Station s, long ms) {
    if (ms <= 0) return;
    knownMs += ms;
    bikesMs += s.bikes * ms;
    docksMs += s.docks * ms;
    if (s.mechanical >= 0 && s.ebike >= 0) {
      splitMs += ms;
      mechanicalMs += s.mechanical * ms;
      ebikeMs += s.ebike * ms;
    }
    int places = Math.max(s.capacity, s.bikes + s.docks);
    if (places > 0) {
      placesKnownMs += ms;
      occupancyMs += (double) s.bikes / places * ms;
    }
    bikesMin = Math.min(bikesMin, s.bikes);
    bikesMax = Math.max(bikesMax, s.bikes);
    docksMin = Math.min(docksMin, s.docks);
    docksMax = Math.max(docksMax, s.docks);
  }

  byte[] json(Station s, long start, long end, boolean knownAtEnd) {
    size = 0;
    put(s.prefix);
    putLong(start);
    put(END);
    putLong(end);
    putMean(MECHANICAL_MEAN, mechanicalMs, splitMs);
    putMean(EBIKE_MEAN, ebikeMs, splitMs);
    putMean(BIKES_MEAN, bikesMs, knownMs);
    putMean(DOCKS_MEAN, docksMs, knownMs);
    putMean(OCCUPANCY_MEAN, occupancyMs, placesKnownMs);
    put(BIKES_MIN);
    putLong(bikesMin);
    put(BIKES_MAX);
    putLong(bikesMax);
    put(BIKES_LAST);
    putKnown(s.bikes, knownAtEnd);
    put(DOCKS_MIN);
    putLong(docksMin);
    put(DOCKS_MAX);
    putLong(docksMax);
    put(DOCKS_LAST);
    putKnown(s.docks, knownAtEnd);
    putMean(COVERAGE, knownMs, end - start);
    put(CHANGES);
    putLong(changes);
    out[size++] = '}';
    return Arrays.copyOf(out, size);
  }

  private void putMean(byte[] name, double integral, long ms) {
    put(name);
    if (ms == 0) {
      put(NULL);
      return;
    }
    double mean = integral / ms;
    if (mean == (long) mean) putLong((long) mean);
    // the shortest decimal, several times faster than Double.toString of Java 17
    else putAscii(DoubleToDecimal.toString(mean));
  }

  private void putKnown(int value, boolean isKnown) {
    if (isKnown) putLong(value);
    else put(NULL);
  }

  private void put(byte[] bytes) {
    if (size + bytes.length + 64 > out.length) out = Arrays.copyOf(out, out.length * 2 + bytes.length);
    System.arraycopy(bytes, 0, out, size, bytes.length);
    size += bytes.length;
  }

  @SuppressWarnings("deprecation") // the copy of low bytes is what ASCII needs
  private void putAscii(String text) {
    text.getBytes(0, text.length(), out, size);
    size += text.length();
  }

  private void putLong(long value) {
    if (value < 0) {
      putAscii(Long.toString(value));
      return;
    }
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) digits++;
    for (int i = size + digits - 1; i >= size; i--) {
      out[i] = (byte) ('0' + value % 10);
      value /= 10;
    }
    size += digits;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
