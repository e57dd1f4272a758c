import { useTranslation } from "react-i18next";
import type { Field } from "./field";

/** How a field is called, and whether those are a system's words. */
export function useFieldName({ id, label, title }: Pick<Field, "id" | "label" | "title">) {
  const { t } = useTranslation();
  return { name: label ? (t(label) as string) : (title ?? id), raw: label === undefined };
}
