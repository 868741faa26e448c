/** A registered user. What the configuration leaves out (personal data), or the API did not tell, is null. */
export interface User {
  id: string;
  firstName: string | null;
  lastName: string | null;
  gender: string | null;
  /** `YYYY-MM-DD`. */
  dateOfBirth: string | null;
  address: string | null;
  postCode: string | null;
  email: string | null;
  phone: string | null;
  username: string | null;
  /** ms since the epoch. */
  registeredAt: number | null;
  /** URL. */
  picture: string | null;
  /** The contract the user has, or is recommended. */
  contract: string | null;
}

/** The users, by id. */
export interface UserStore {
  /**
   * Writes users as a whole by id: again changes nothing, null removes what was there, but for the contract: who comes
   * without one keeps the one that was recommended. Durable when it resolves.
   */
  put(users: readonly User[]): Promise<void>;
  user(id: string): Promise<User | null>;
  close(): Promise<void>;
}
