import Connection from "kafkajs/src/network/connection.js";

const original = Connection.prototype.processData;

/**
 * After an answer kafkajs keeps what follows it as a chunk of its own, be it nothing, and copies the next answer for
 * having come in two chunks. Without the empty one, an answer that comes whole is taken as it is.
 */
export function undividedAnswers(): void {
  Connection.prototype.processData = function processData(this: typeof Connection.prototype, bytes: Buffer) {
    if (this.bytesBuffered === 0) this.chunks = [];
    original.call(this, bytes);
  };
}
