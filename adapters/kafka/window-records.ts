import { column, StationWindowBatch } from "../../core/windows/station-window.ts";
import { batchHeaderBytes, type RecordBlock, RecordBlockWriter } from "./client/record-block.ts";
import { requestBytes } from "./client/transactions.ts";
import { timesText, WindowText } from "./window-text.ts";

interface StationText {
  source: string;
  station: string;
  text: WindowText;
  /** The station that came after this one the last time: mostly it does so again. */
  next: StationText | null;
}

/** Station windows as Kafka records: key `source/station`, the window as JSON, the window's end as the time. */
export class WindowRecords {
  readonly #stations = new Map<string, Map<string, StationText>>();
  #last: StationText | null = null;
  /** Memory of former blocks: it is not taken from the system anew for each. */
  readonly #buffers: Buffer[] = [];

  /** The rows of a batch. The blocks are good until the next call: it writes into the same memory. */
  blocksOf(batch: StationWindowBatch): RecordBlock[] {
    const { values, sources, stations, lengthMs } = batch;
    const blocks: RecordBlock[] = [];
    let writer = this.#writer(0);
    let start = Number.NaN;
    let times = timesText(0, lengthMs);
    for (let row = 0; row < batch.size; row++) {
      const rowStart = values[row * StationWindowBatch.width + column.start]!;
      if (rowStart !== start) {
        start = rowStart;
        times = timesText(start, lengthMs);
      }
      const text = this.#textOf(sources[row]!, stations[row]!);
      text.set(batch, row, times);
      if (!writer.hasRoomFor(text.key.length + text.length)) {
        blocks.push(writer.finish());
        writer = this.#writer(blocks.length);
      }
      writer.appendBytes(start + lengthMs, text.key, text.bytes, text.length);
    }
    if (!writer.isEmpty) blocks.push(writer.finish());
    return blocks;
  }

  #writer(block: number): RecordBlockWriter {
    this.#buffers[block] ??= Buffer.allocUnsafeSlow(batchHeaderBytes + requestBytes);
    return new RecordBlockWriter(this.#buffers[block]);
  }

  #textOf(source: string, station: string): WindowText {
    const last = this.#last;
    let found = last?.next ?? null;
    if (found === null || found.station !== station || found.source !== source) {
      found = this.#of(source, station);
      if (last !== null) last.next = found;
    }
    this.#last = found;
    return found.text;
  }

  #of(source: string, station: string): StationText {
    const own = this.#stations.get(source) ?? new Map<string, StationText>();
    this.#stations.set(source, own);
    const found = own.get(station) ?? { source, station, text: new WindowText(source, station), next: null };
    own.set(station, found);
    return found;
  }
}
