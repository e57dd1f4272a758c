import { useTranslation } from "react-i18next";
import type { Option } from "./field";

/** What a choice is called: the console's words, a system's, or the value itself. */
export function useOptionName(): (option: Pick<Option, "value" | "label" | "title">) => string {
  const { t } = useTranslation();
  return ({ value, label, title }) => (label ? (t(label) as string) : (title ?? value));
}
