import "../i18n/later";
import type { Done } from "../actions/action";
import type { Field } from "../forms/field";
import { Secret } from "./Secret";

const wholeNumber = (initial: number, minimum: number, maximum: number) =>
  ({
    input: "number",
    initial: String(initial),
    minimum,
    maximum,
    whole: true,
    required: true,
  }) as const;

/** For how many days a token is good. */
export const daysField = (usual: number, most: number): Field => ({
  ...wholeNumber(usual, 1, most),
  id: "days",
  label: "tokens.days",
  help: "tokens.daysHelp",
});

/** For how long one that is replaced stays good beside the new one. */
export const OVERLAP: readonly Field[] = [
  {
    ...wholeNumber(24, 0, 720),
    id: "overlap_hours",
    label: "tokens.rotate.overlap",
    help: "tokens.rotate.overlapHelp",
  },
];

/** A token was made: its secret is told now, and never again. */
export const made = (answer: { data: { secret: string }; requestId: string }): Done => ({
  requestId: answer.requestId,
  told: <Secret secret={answer.data.secret} />,
});
