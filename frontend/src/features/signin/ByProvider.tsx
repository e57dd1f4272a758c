import { Divider } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import type { Offered } from "../../api/generated/types.gen";
import { Notice } from "../../states/Notice";
import { ProviderButtons, providerOf } from "./ProviderButtons";
import type { Refusal } from "./search";

/** What each word of a refusal says, and what the person can do. */
const SENTENCES = {
  old: "login.refused.old",
  denied: "login.refused.denied",
  failed: "login.refused.failed",
  unreachable: "login.refused.unreachable",
  unknown: "login.refused.unknown",
  disabled: "login.refused.disabled",
  unasked: "login.refused.unasked",
} as const;

/** Signing in by an identity provider: why it was refused last, the buttons, and "or". */
export function ByProvider({ offered, next, login, refused, by }: Props) {
  const { t } = useTranslation();
  const provider = offered.find(({ name }) => name === by)?.label ?? by ?? "";
  const first = by ?? providerOf(offered, login) ?? offered[0]?.name;
  return (
    <>
      {refused && <Notice tone="danger" live title={t(SENTENCES[refused], { provider })} />}
      {offered.length > 0 && (
        <>
          <ProviderButtons
            offered={offered}
            next={next}
            first={first}
            hint={login.includes("@") ? login : ""}
          />
          <div className="cr-signin-or">
            <Divider component="div" role="presentation" />
            <span>{t("login.or")}</span>
            <Divider component="div" role="presentation" />
          </div>
        </>
      )}
    </>
  );
}

interface Props {
  offered: readonly Offered[];
  next: string;
  /** What is typed as the user name so far. */
  login: string;
  refused: Refusal | undefined;
  by: string | undefined;
}
