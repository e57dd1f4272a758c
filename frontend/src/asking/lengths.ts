const HOUR = 3600;

/** How long rights can be asked for and given at one click; each by its seconds. */
export const LENGTHS = {
  hours8: 8 * HOUR,
  hours24: 24 * HOUR,
  days7: 7 * 24 * HOUR,
  days30: 30 * 24 * HOUR,
} as const;

export type Length = keyof typeof LENGTHS;

/** A working day: what is asked for without another word. */
export const USUAL: Length = "hours8";

/** The length of that many seconds, or else the usual one. */
export function lengthOf(seconds: number): Length {
  const names = Object.keys(LENGTHS) as Length[];
  return names.find((name) => LENGTHS[name] === seconds) ?? USUAL;
}
