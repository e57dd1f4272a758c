import { useTranslation } from "react-i18next";
import type { SessionView } from "../../api/generated/types.gen";
import { knowsPasskeys } from "../../session/knowsPasskeys";
import { AppLink } from "../../shell/AppLink";
import ByPasskey from "./ByPasskey";

export interface OtherWaysProps {
  /** Whether this console takes passkeys. */
  passkeys: boolean;
  onEntered: (session: SessionView) => void;
}

/** What stands below the form. It comes as one, so that nothing of it pushes the rest down. */
export default function OtherWays({ passkeys, onEntered }: OtherWaysProps) {
  const { t } = useTranslation();
  return (
    <>
      {passkeys && knowsPasskeys() && <ByPasskey onEntered={onEntered} />}
      <AppLink href="/break-glass">{t("login.breakGlass")}</AppLink>
    </>
  );
}
