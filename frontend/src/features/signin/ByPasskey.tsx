import { Button } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { askPasskey, signInWithPasskey } from "../../api/generated/sdk.gen";
import type { SessionView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { answerOf } from "../../session/passkeys";
import { Notice } from "../../states/Notice";
import { type Answer, useOfferedPasskeys } from "./useOfferedPasskeys";

/** Signing in with a passkey, which knows whose it is: by a button, or beside the names that the
 * browser fills in. */
export default function ByPasskey({ onEntered }: { onEntered: (session: SessionView) => void }) {
  const { t } = useTranslation();
  const attempt = useMutation({
    mutationFn: async (offered: Answer | null) => {
      const credential = offered ?? (await answerOf((await askPasskey()).data.options));
      return (await signInWithPasskey({ body: { credential } })).data;
    },
    onSuccess: onEntered,
  });
  const busy = attempt.isPending || attempt.isSuccess;
  useOfferedPasskeys(!busy, attempt.mutate);
  return (
    <>
      {attempt.isError && (
        <Notice
          tone="danger"
          live
          title={<span translate="no">{toProblem(attempt.error).detail}</span>}
        />
      )}
      <Button
        variant="secondary"
        isBlock
        isLoading={attempt.isPending}
        isDisabled={busy}
        onClick={() => attempt.mutate(null)}
      >
        {t("login.passkey.by")}
      </Button>
    </>
  );
}
