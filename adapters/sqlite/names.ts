import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Numbers for the names of sources, stations and zones, made when a name is new. */
export class Names {
  readonly #selectSource: StatementSync;
  readonly #insertSource: StatementSync;
  readonly #sources = new Map<string, number>();
  readonly #stations: MemberNames;
  readonly #zones: MemberNames;

  constructor(database: DatabaseSync) {
    this.#selectSource = database.prepare("SELECT id FROM sources WHERE name = ?");
    this.#insertSource = database.prepare("INSERT INTO sources (name) VALUES (?)");
    this.#stations = new MemberNames(
      database.prepare("SELECT id FROM stations WHERE source_id = ? AND code = ?"),
      database.prepare("INSERT INTO stations (source_id, code) VALUES (?, ?)"),
    );
    this.#zones = new MemberNames(
      database.prepare("SELECT id FROM zones WHERE source_id = ? AND name = ?"),
      database.prepare("INSERT INTO zones (source_id, name) VALUES (?, ?)"),
    );
  }

  source(name: string): number {
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const id = this.#selectSource.get(name)?.id ?? this.#insertSource.run(name).lastInsertRowid;
    this.#sources.set(name, Number(id));
    return Number(id);
  }

  station(source: string, code: string): number {
    return this.#stations.id(this.source(source), code);
  }

  zone(source: string, name: string): number {
    return this.#zones.id(this.source(source), name);
  }

  /** Forgets numbers that a rolled-back transaction gave out. */
  clear(): void {
    this.#sources.clear();
    this.#stations.clear();
    this.#zones.clear();
  }
}

class MemberNames {
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  readonly #ids = new Map<number, Map<string, number>>();

  constructor(select: StatementSync, insert: StatementSync) {
    this.#select = select;
    this.#insert = insert;
  }

  id(source: number, name: string): number {
    let ids = this.#ids.get(source);
    if (ids === undefined) {
      ids = new Map();
      this.#ids.set(source, ids);
    }
    const known = ids.get(name);
    if (known !== undefined) return known;
    const id = Number(this.#select.get(source, name)?.id ?? this.#insert.run(source, name).lastInsertRowid);
    ids.set(name, id);
    return id;
  }

  clear(): void {
    this.#ids.clear();
  }
}
