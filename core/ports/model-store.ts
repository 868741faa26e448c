import { VelibError } from "../errors.ts";
import type { ForecastModel } from "../models/forecast-model.ts";
import type { TrainingResult } from "../models/training-result.ts";

/** A model with how it did when it was trained. */
export interface StoredModel {
  model: ForecastModel;
  /** When it was first stored, ms. */
  trainedAt: number;
  result: TrainingResult;
}

/** Forecast models by (source, name, version), and which version of each serves. */
export interface ModelStore {
  /** Writes a version; one that is there already stays as it is. Durable when it resolves. */
  put(stored: StoredModel): Promise<void>;
  model(source: string, name: string, version: string): Promise<StoredModel | null>;
  /** Newest first. */
  versions(source: string, name: string): Promise<{ version: string; trainedAt: number }[]>;
  /**
   * Puts a version into service in place of the one before, at once for every reader.
   * @throws VelibError VELIB_MODEL_UNKNOWN when it was never put: nothing changes then
   */
  serve(source: string, name: string, version: string): Promise<void>;
  /** The version in service; null before the first. */
  serving(source: string, name: string): Promise<StoredModel | null>;
  close(): Promise<void>;
}

/** What `serve` throws for a version that is not there. */
export function unknownModel(source: string, name: string, version: string): VelibError {
  return new VelibError(
    "VELIB_MODEL_UNKNOWN",
    `model ${name} of source ${source}: there is no version "${version}"; see the versions in the model store`,
  );
}
