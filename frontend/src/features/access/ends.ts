import { serverNow } from "../../format/clock";
import { formatExact } from "../../format/time";
import type { Field, Option, Texts } from "../../forms/field";

const HOUR = 3600;
const DAY = 24 * HOUR;

/** How long a role can be given for at one click; each by its seconds. */
const PRESETS = { hours8: 8 * HOUR, hours24: DAY, days7: 7 * DAY, days30: 30 * DAY } as const;
type Preset = keyof typeof PRESETS;

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
  const presets = Object.keys(PRESETS) as Preset[];
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
  const seconds = expires in PRESETS ? PRESETS[expires as Preset] : days * DAY;
  return Math.round(serverNow() + seconds);
}
