import { useTranslation } from "react-i18next";

const KNOWN = ["servers", "clusters", "repositories", "private_repositories"] as const;

type Known = (typeof KNOWN)[number];

/** What is counted, in words; a name this console does not know stays as the licence has it. */
export function useMeterName(): (name: string) => string {
  const { t } = useTranslation();
  return (name) =>
    (KNOWN as readonly string[]).includes(name) ? t(`licence.meter.${name as Known}`) : name;
}
