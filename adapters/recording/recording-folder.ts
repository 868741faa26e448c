import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Poll, UnreadablePoll } from "../../core/observation/reading.ts";
import type { Recording } from "../../core/ports/source.ts";

/** A folder of a test's own files; disposing it deletes them. */
export interface RecordingFolder extends Disposable {
  path: string;
  write(name: string, content: string | Uint8Array): string;
}

/** @param name of the folder itself, which a recording's network is called after */
export function recordingFolder(name: string): RecordingFolder {
  const parent = mkdtempSync(join(tmpdir(), "recording-"));
  const path = join(parent, name);
  mkdirSync(path);
  return {
    path,
    write(file, content) {
      const target = join(path, file);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
      return target;
    },
    [Symbol.dispose]: () => rmSync(parent, { recursive: true }),
  };
}

/** All polls of a recording with the progress at each. */
export async function pollsOf(
  recording: Recording,
  after: number | null = null,
): Promise<{ poll: Poll | UnreadablePoll; progress: number }[]> {
  const polls: { poll: Poll | UnreadablePoll; progress: number }[] = [];
  for await (const poll of recording.polls(after)) polls.push(poll);
  return polls;
}

/** The poll as one that was readable. */
export function readable(poll: Poll | UnreadablePoll | undefined): Poll {
  if (poll !== undefined && "readings" in poll) return poll;
  throw new Error(`unreadable: ${poll?.detail ?? "there is no such poll"}`);
}
