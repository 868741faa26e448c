import { closeSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

const ballast = "ballast";
const block = Buffer.alloc(1 << 20, 0xff);

/**
 * Fills the file system that is mounted at `mountPoint` until not one byte more goes in, with a file of its own.
 * Returns the bytes that took. Refuses a folder that is not a mount point: it would fill the machine's disk.
 */
export function fillDisk(mountPoint: string): number {
  if (!isMountPoint(mountPoint)) {
    throw new Error(`${mountPoint} is no mount point: start Kafka with a small disk (VELIB_KAFKA_DISK_MB)`);
  }
  const file = openSync(join(mountPoint, ballast), "a");
  try {
    let written = 0;
    // ever smaller pieces, so that what is left at the end is less than one byte
    for (let size = block.length; size >= 1; ) {
      const done = writeUpTo(file, size);
      written += done;
      if (done < size) size = Math.floor(size / 2);
    }
    return written;
  } finally {
    closeSync(file);
  }
}

/** Takes what `fillDisk` wrote away again. */
export function freeDisk(mountPoint: string): void {
  rmSync(join(mountPoint, ballast), { force: true });
}

function writeUpTo(file: number, size: number): number {
  try {
    return writeSync(file, block, 0, size);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOSPC") return 0;
    throw error;
  }
}

function isMountPoint(dir: string): boolean {
  return statSync(dir).dev !== statSync(dirname(dir)).dev;
}
