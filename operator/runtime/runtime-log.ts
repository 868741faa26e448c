/** A structured log, as pino's: the message is constant, the values are fields. Level `error` means "wake us". */
export interface RuntimeLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLog: RuntimeLog = { debug() {}, info() {}, warn() {}, error() {} };
