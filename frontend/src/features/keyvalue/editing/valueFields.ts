import { editKeyBody } from "../../../api/generated/bodies.gen";
import type { EditKey } from "../../../api/generated/types.gen";
import { type Field, fieldsOf, type Texts } from "../../../forms/field";
import { leaseOptions } from "../leases/choosing";
import { ENCODINGS, type Encoding } from "./encodings";

const words = fieldsOf<EditKey>(editKeyBody, {
  encoding: { label: "keys.encoding", help: "keys.encodingHelp" },
  value: { label: "keys.value", input: "notes" },
  pretty: { label: "keys.pretty", help: "keys.prettyHelp" },
  keep_lease: { label: "keys.keepLease", help: "keys.keepLeaseHelp" },
  lease: { label: "keys.lease", help: "keys.leaseHelp", input: "choice" },
});

type Named = Readonly<Record<"encoding" | "value" | "pretty" | "keep_lease" | "lease", Field>>;
const named = Object.fromEntries(words.map((field) => [field.id, field])) as Named;

export interface ValueFields {
  encoding: string;
  /** What the value is, written in that way, before anything is typed. */
  value: string;
  /** It is not shown: what is typed takes its place, and is kept nowhere. */
  secret: boolean;
}

/** How a value is written and what it is; another way of writing begins with the stored bytes. */
export function valueFields({ encoding, value, secret }: ValueFields): readonly Field[] {
  return [
    {
      ...named.encoding,
      required: true,
      initial: encoding,
      clears: ["value"],
      options: ENCODINGS.map((way) => ({ value: way, label: `keys.way.${way}` as const })),
    },
    { ...named.value, initial: value, code: true, secret },
    ...(encoding === "json" ? [named.pretty] : []),
  ];
}

/** Which lease it has: the one it has unless that is given up for another of the store. */
export function leaseFields(etcd: string, held: boolean, texts: Texts): readonly Field[] {
  const keeps = held && texts.keep_lease !== "false";
  const other: Field = { ...named.lease, options: leaseOptions(etcd), rare: !held };
  return [...(held ? [named.keep_lease] : []), ...(keeps ? [] : [other])];
}

/** How it is being written; as it was first where nothing was chosen yet. */
export const chosen = (texts: Texts, first: Encoding): Encoding =>
  ENCODINGS.find((way) => way === texts.encoding) ?? first;
