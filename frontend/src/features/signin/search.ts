import { longText, oneOf, text } from "../../pages/search";

/** Why an identity provider's answer let nobody in. */
const REFUSALS = [
  "old",
  "denied",
  "failed",
  "unreachable",
  "unknown",
  "disabled",
  "unasked",
] as const;
export type Refusal = (typeof REFUSALS)[number];

/** Where to go after signing in, whether a session had ended, what a provider's answer was, and
 * which directory the user name and password are of. */
export const LOGIN_SEARCH = {
  next: longText,
  ended: oneOf("1"),
  refused: oneOf(...REFUSALS),
  by: text,
  with: text,
};
