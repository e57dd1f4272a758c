import { Button } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { mayUse, useSession } from "../../session/session";
import { goTo } from "../../shell/navigate";

/** Leads to the form of a new identity provider, for those who may make one. */
export function AddProvider() {
  const { t } = useTranslation();
  const router = useRouter();
  if (!mayUse(useSession(), "identity-provider", "create")) return null;
  return (
    <Button onClick={() => goTo(router, "/access/providers/new")}>{t("providers.add")}</Button>
  );
}
