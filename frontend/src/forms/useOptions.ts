import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Field, Option, Texts } from "./field";

const TYPING_PAUSE_MS = 400;

/** What can be chosen for a field of a form, given what else is typed; asked once typing pauses. */
export function useOptions(form: string, field: Field, texts: Texts): readonly Option[] {
  const { options = [], id } = field;
  const ask = typeof options === "function" ? options : null;
  // What is chosen here does not change what can be chosen.
  const { [id]: _, ...others } = texts;
  // Those that look at nothing typed are asked once, however much is typed.
  const typed = usePaused(ask && ask.length > 0 ? JSON.stringify(others) : "{}");
  const asked = useQuery({
    queryKey: ["options", form, id, typed],
    queryFn: async () => ask?.(JSON.parse(typed) as Texts) ?? [],
    enabled: ask !== null,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });
  return ask ? (asked.data ?? []) : (options as readonly Option[]);
}

/** What may be meant by a text so far; asked once typing pauses. */
export function useSuggestions(form: string, { id, suggest }: Field, text: string) {
  const typed = usePaused(text);
  const asked = useQuery({
    queryKey: ["suggestions", form, id, typed],
    queryFn: async () => suggest?.(typed) ?? [],
    enabled: suggest !== undefined,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 0,
  });
  return asked.data ?? [];
}

function usePaused(text: string): string {
  const [paused, setPaused] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return paused;
}
