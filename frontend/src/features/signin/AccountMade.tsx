import { Button } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { SignInFrame } from "./SignInFrame";

interface AccountMadeProps {
  login: string;
  onGo: (href: string) => void;
}

/** Who was invited has their account and is signed in: what to do next. */
export default function AccountMade({ login, onGo }: AccountMadeProps) {
  const { t } = useTranslation();
  return (
    <SignInFrame title={t("invited.made")}>
      <p>{t("invited.madeBody", { login })}</p>
      <Button isBlock onClick={() => onGo("/profile/sign-in")}>
        {t("invited.addPasskey")}
      </Button>
      <Button isBlock variant="secondary" onClick={() => onGo("/")}>
        {t("invited.goOn")}
      </Button>
    </SignInFrame>
  );
}
