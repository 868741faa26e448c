/**
 * Mixes 32-bit words into one evenly spread 32-bit word (unsigned): a draw that is addressed by what it is for, so
 * that it does not depend on how many draws came before. Each word is folded in with the finaliser of MurmurHash3
 * (Austin Appleby, public domain).
 */
export function hash32(...words: number[]): number {
  let mixed = 0x9e3779b9;
  for (const word of words) {
    mixed = Math.imul(mixed ^ word, 0x01000193) + 0x7f4a7c15;
    mixed ^= mixed >>> 16;
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed ^= mixed >>> 13;
    mixed = Math.imul(mixed, 0xc2b2ae35);
    mixed ^= mixed >>> 16;
  }
  return mixed >>> 0;
}

/** `hash32` as a share in [0, 1). */
export function share(...words: number[]): number {
  return hash32(...words) / 2 ** 32;
}

/**
 * A stream of pseudo-random numbers: sfc32, "small fast counting generator" (Chris Doty-Humphrey, PractRand, public
 * domain). The words name the stream; equal words give equal streams, so a stream per minute makes a minute's draws
 * independent of every other minute's.
 */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(...words: number[]) {
    this.#a = hash32(1, ...words);
    this.#b = hash32(2, ...words);
    this.#c = hash32(3, ...words);
    // The generator's author asks for 12 or more rounds before the first use of a seed.
    for (let round = 0; round < 12; round++) {
      this.word();
    }
  }

  /** The next 32-bit word, unsigned. */
  word(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** The next number in [0, 1). */
  share(): number {
    return this.word() / 2 ** 32;
  }

  /** The next whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.share() * below);
  }

  /** The next waiting time of a Poisson process with this many events per unit of time, in that unit. */
  gap(rate: number): number {
    return -Math.log(1 - this.share()) / rate;
  }
}
