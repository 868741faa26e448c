import type { Collection } from "mongodb";
import type { ForecastModel } from "../../core/models/forecast-model.ts";
import type { TrainingResult } from "../../core/models/training-result.ts";
import type { ModelStore, StoredModel } from "../../core/ports/model-store.ts";
import { unknownModel } from "../../core/ports/model-store.ts";
import { hasCode } from "./collections.ts";
import { MongodbConnection } from "./mongodb-connection.ts";
import { serverCode } from "./mongodb-error.ts";
import type { MongodbOptions } from "./options.ts";

/** A version of a forecast. Never changed once it is written. */
interface ModelDocument {
  _id: { source: string; name: string; version: string };
  source: string;
  name: string;
  version: string;
  trained_at: Date;
  /** JSON: as fields, station codes with a dot in them could not be asked for. */
  model: string;
  result: TrainingResult;
}

/** Which version serves: one document a forecast, so that putting another into service is one atomic write. */
interface ServingDocument {
  _id: { source: string; name: string };
  version: string;
}

const modelsCollection = "models";
const servingCollection = "serving_models";
export const modelCollections: readonly string[] = [modelsCollection, servingCollection];

/** The models in a pipeline's database: `models`, and `serving_models` for which of them serve. */
export class MongodbModels implements ModelStore {
  readonly #connection: MongodbConnection;
  readonly #models: Collection<ModelDocument>;
  readonly #serving: Collection<ServingDocument>;

  private constructor(connection: MongodbConnection) {
    this.#connection = connection;
    this.#models = connection.database.collection(modelsCollection);
    this.#serving = connection.database.collection(servingCollection);
  }

  /** @throws VelibError VELIB_MONGODB_* when the server can't be used */
  static async open(options: MongodbOptions): Promise<MongodbModels> {
    const connection = await MongodbConnection.open(options);
    const models = new MongodbModels(connection);
    try {
      await connection.guard(() => models.#models.createIndex({ source: 1, name: 1, trained_at: -1, version: -1 }));
      return models;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  put({ model, trainedAt, result }: StoredModel): Promise<void> {
    const { source, name, version } = model;
    return this.#connection.guard(async () => {
      const trained_at = new Date(trainedAt);
      const _id = { source, name, version };
      try {
        await this.#models.insertOne({ _id, ..._id, trained_at, model: JSON.stringify(model), result });
      } catch (error) {
        if (!hasCode(error, serverCode.duplicateKey)) throw error;
      }
    });
  }

  model(source: string, name: string, version: string): Promise<StoredModel | null> {
    return this.#connection.guard(async () => {
      const document = await this.#models.findOne({ _id: { source, name, version } });
      return document === null ? null : storedModel(document);
    });
  }

  versions(source: string, name: string): Promise<{ version: string; trainedAt: number }[]> {
    return this.#connection.guard(async () => {
      const newestFirst = this.#models
        .find({ source, name }, { projection: { version: 1, trained_at: 1 } })
        .sort({ trained_at: -1, version: -1 });
      const documents = await newestFirst.toArray();
      return documents.map(({ version, trained_at }) => ({ version, trainedAt: trained_at.getTime() }));
    });
  }

  serve(source: string, name: string, version: string): Promise<void> {
    return this.#connection.guard(async () => {
      const known = await this.#models.findOne({ _id: { source, name, version } }, { projection: { _id: 1 } });
      if (known === null) throw unknownModel(source, name, version);
      await this.#serving.replaceOne({ _id: { source, name } }, { version }, { upsert: true });
    });
  }

  serving(source: string, name: string): Promise<StoredModel | null> {
    return this.#connection.guard(async () => {
      const serving = await this.#serving.findOne({ _id: { source, name } });
      return serving === null ? null : this.model(source, name, serving.version);
    });
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

function storedModel({ model, trained_at, result }: ModelDocument): StoredModel {
  const parsed: ForecastModel = JSON.parse(model);
  return { model: parsed, trainedAt: trained_at.getTime(), result };
}
