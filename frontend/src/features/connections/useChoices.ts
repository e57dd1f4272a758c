import { useEffect, useState } from "react";
import type { ChoiceView } from "../../api/generated/types.gen";
import { choicesOf, type WayView } from "./api";
import { type Texts, valuesOf } from "./draft";

export type Choices = readonly ChoiceView[];

const TYPING_PAUSE_MS = 400;

/** What can be chosen for the way's field of choice, given what else is typed. */
export function useChoices(kind: string, way: WayView, texts: Texts): Choices {
  const [choices, setChoices] = useState<Choices>([]);
  const field = way.fields.find(({ input }) => input === "choice")?.id;
  const typed = JSON.stringify(valuesOf(way, { ...texts, [field ?? ""]: "" }));
  useEffect(() => {
    setChoices([]);
    if (!field) return;
    let current = true;
    const ask = async () => {
      const found = await choicesOf(kind, field, JSON.parse(typed)).catch(() => []);
      if (current) setChoices(found);
    };
    const timer = setTimeout(() => void ask(), TYPING_PAUSE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [kind, field, typed]);
  return choices;
}
