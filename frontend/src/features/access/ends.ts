import { LENGTHS, type Length } from "../../asking/lengths";
import { serverNow } from "../../format/clock";
import { formatExact } from "../../format/time";
import type { Field, Option, Texts } from "../../forms/field";

const DAY = 24 * 3600;

export const NEVER = "never";
export const DAYS = "days";
const MOST_DAYS = 3650;

/** What the fields of an end hold: one of what can be chosen, and a number of days with `days`. */
export interface EndChosen {
  expires?: string;
  days?: number;
}

/** The fields that say when a role ends; `present` is an end it has already, as it is shown. */
export function endFields(texts: Texts, initial: string, present?: string): readonly Field[] {
  const presets = Object.keys(LENGTHS) as Length[];
  const options: Option[] = [
    ...(present === undefined || present === NEVER ? [] : [{ value: present, title: present }]),
    ...presets.map((value) => ({ value, label: `access.end.${value}` as const })),
    { value: DAYS, label: "access.end.days" },
    { value: NEVER, label: "access.end.never" },
  ];
  const end: Field = {
    id: "expires",
    input: "choice",
    label: "access.end.label",
    required: true,
    initial,
    options,
  };
  if (texts.expires !== DAYS) return [end];
  const days: Field = {
    id: "days",
    input: "number",
    label: "access.end.number",
    whole: true,
    minimum: 1,
    maximum: MOST_DAYS,
    initial: "1",
  };
  return [end, days];
}

/** An end as it is shown and compared. */
export const endText = (expires: number | null) =>
  expires === null ? NEVER : formatExact(expires);

/** The end that was chosen, in Unix seconds by the server's clock; null for none. */
export function endOf(expires = NEVER, days = 1): number | null {
  if (expires === NEVER) return null;
  const seconds = expires in LENGTHS ? LENGTHS[expires as Length] : days * DAY;
  return Math.round(serverNow() + seconds);
}
