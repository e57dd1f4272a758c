/** By what a month can be billed here, as the API writes it, and what it is called. */
export const RULES = {
  "sustained:2": "sustained2",
  "sustained:1": "sustained1",
  "sustained:0": "sustained0",
  "sustained:3": "sustained3",
  peak: "peak",
  p95: "p95",
  average: "average",
  last: "last",
  sum: "sum",
} as const;

export type BilledBy = keyof typeof RULES;

export const isRule = (text: string | undefined): text is BilledBy =>
  text !== undefined && Object.hasOwn(RULES, text);
