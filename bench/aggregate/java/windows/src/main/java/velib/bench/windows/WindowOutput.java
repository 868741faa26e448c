package velib.bench.windows;

/** Where finished windows go. */
public interface WindowOutput {
  void window(byte[] key, byte[] json);

  /** The station changed in a way that its last stored bytes do not tell: store it again. */
  default void changed(Station station) {}
}
