import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { draftOf, forgetDraft, keepDraft } from "./draft";
import { faultsOf } from "./faults";
import type { Field, Texts } from "./field";
import { restoredFrom, type Seen } from "./restored";
import { bodyOf, changedIn, firstTexts, type Json, partOf, textsOf } from "./values";

/** The fields of a form; which there are may depend on what is typed. */
export type FieldsOf = (texts: Texts) => readonly Field[];

export interface FormOptions {
  /** Names the form's draft; the same form of another thing has another name. Null: none is kept. */
  draft: string | null;
  fields: FieldsOf;
  /** What the thing is now; null for a new one. */
  before: object | null;
}

/** A field that somebody else changed while this form was open. */
export interface Clash {
  field: Field;
  /** What both began with. */
  base: string;
  yours: string;
  theirs: string;
}

export interface FormState {
  fields: readonly Field[];
  texts: Texts;
  /** What the form says is wrong; empty until it was tried to be sent. */
  faults: Texts;
  /** How often it was tried to be sent since it was last as the thing is. */
  tries: number;
  dirty: boolean;
  /** What is typed came from the draft of an earlier visit. */
  restored: boolean;
  clashes: readonly Clash[];
  set: (id: string, text: string | undefined) => void;
  /** Whether it may be sent; shows what is wrong if not. */
  check: () => boolean;
  /** What the API takes: all fields, or of an existing thing those that differ. */
  body: () => Json;
  whole: () => Json;
  /** Somebody else changed the thing: take what they changed, keep what was typed here. */
  rebase: (theirs: object) => void;
  /** Back to how the thing is, or was; the draft goes. */
  reset: (present?: object) => void;
}

/** The state of one form: what is typed, kept as a draft, checked, and compared with what is. */
export function useForm({ draft, fields: fieldsOf, before }: FormOptions): FormState {
  const { t } = useTranslation();
  const start = useCallback(
    (present: object | null) => {
      const first = present ? textsOf(fieldsOf({}), present) : {};
      return present ? textsOf(fieldsOf(first), present) : firstTexts(fieldsOf({}));
    },
    [fieldsOf],
  );
  const [base, setBase] = useState<Texts>(() => start(before));
  const [kept] = useState(() => restoredFrom(draft, base, before !== null));
  const [texts, setTexts] = useState<Texts>(kept.texts);
  const [restored, setRestored] = useState(kept.restored);
  const [tries, setTries] = useState(0);
  const [seen, setSeen] = useState<Seen | null>(kept.seen);
  const fields = useMemo(() => fieldsOf(texts), [fieldsOf, texts]);
  const faults = useMemo(() => faultsOf(fields, texts, t), [fields, texts, t]);
  const changed = changedIn(fields, texts, base);
  const update = (next: Texts) => {
    setTexts(next);
    const shown = fieldsOf(next);
    // What somebody else changed meanwhile is told again to who comes back before it is saved.
    if (draft)
      keepDraft(draft, draftOf(shown, changedIn(shown, next, base), next, seen?.base ?? base));
  };
  return {
    fields,
    texts,
    faults: tries > 0 ? faults : {},
    tries,
    dirty: changed.length > 0,
    restored,
    clashes: seen ? clashesOf(fields, base, seen) : [],
    set: (id, text) => {
      const cleared = fields.find((field) => field.id === id)?.clears ?? [];
      const gone = new Set([id, ...cleared]);
      const others = Object.fromEntries(Object.entries(texts).filter(([one]) => !gone.has(one)));
      const next = text === undefined ? others : { ...others, [id]: text };
      // What was cleared, or is shown for the first time, begins with what the fields now hold
      // before anything is typed.
      const anew = cleared.length ? firstTexts(fieldsOf(next)) : {};
      const shown = new Set(fields.map((field) => field.id));
      const begun = Object.entries(anew).filter(
        ([one, text]) => text && (cleared.includes(one) || !(shown.has(one) || one in next)),
      );
      update({ ...next, ...Object.fromEntries(begun) });
    },
    check: () => {
      setTries(tries + 1);
      return Object.keys(faults).length === 0;
    },
    body: () => bodyOf(before ? partOf(fields, changed) : fields, texts),
    whole: () => bodyOf(fields, texts),
    rebase: (theirs) => {
      const present = start(theirs);
      const mine = Object.fromEntries(changed.map((id) => [id, texts[id] ?? ""]));
      setSeen({ base, texts });
      setBase(present);
      setTexts({ ...present, ...mine });
    },
    reset: (present) => {
      const next = present ? start(present) : base;
      if (draft) forgetDraft(draft);
      setBase(next);
      setTexts(next);
      setTries(0);
      setSeen(null);
      setRestored(false);
    },
  };
}

/** What the other person changed, with what stood here when that became known. */
function clashesOf(fields: readonly Field[], theirs: Texts, seen: Seen): readonly Clash[] {
  return fields
    .filter(({ id, secret }) => !secret && (theirs[id] ?? "") !== (seen.base[id] ?? ""))
    .map((field) => ({
      field,
      base: seen.base[field.id] ?? "",
      yours: seen.texts[field.id] ?? "",
      theirs: theirs[field.id] ?? "",
    }));
}
