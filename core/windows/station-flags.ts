export interface StationFlags {
  installed: boolean;
  renting: boolean;
  returning: boolean;
}

export const installedBit = 1;
const rentingBit = 2;
const returningBit = 4;

/** A station's flags as one number. */
export function flagBits(flags: StationFlags): number {
  return (flags.installed ? installedBit : 0) | (flags.renting ? rentingBit : 0) | (flags.returning ? returningBit : 0);
}

export function flagsOf(bits: number): StationFlags {
  return {
    installed: (bits & installedBit) !== 0,
    renting: (bits & rentingBit) !== 0,
    returning: (bits & returningBit) !== 0,
  };
}
