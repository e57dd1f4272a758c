import { Button } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ProblemNotice } from "../../actions/ProblemNotice";
import { decideDeviceRequest } from "../../api/generated/sdk.gen";
import type { Asking } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Facts, Raw } from "../../detail/Facts";
import { Age } from "../../format/Age";
import { useSession } from "../../session/session";
import { AppLink } from "../../shell/AppLink";
import { Notice } from "../../states/Notice";

/** What asks, from where and since when; only who knows it lets it in. */
export function AskingDevice({ asking }: { asking: Asking }) {
  const { t } = useTranslation();
  const session = useSession();
  const decided = useMutation({
    mutationFn: async (allow: boolean) => {
      await decideDeviceRequest({ body: { code: asking.code, allow } });
      return allow;
    },
  });
  if (decided.data !== undefined)
    return (
      <Notice tone={decided.data ? "success" : "info"} live title={t(WORDS[`${decided.data}`])}>
        {decided.data && <AppLink href="/profile/sessions">{t("profile.mySessions")}</AppLink>}
      </Notice>
    );
  return (
    <div className="cr-stack cr-below-tabs">
      {decided.error && <ProblemNotice problem={toProblem(decided.error)} />}
      {!asking.here && (
        <Notice tone="warning" title={t("device.elsewhere")}>
          {t("device.elsewhereHint")}
        </Notice>
      )}
      <Facts
        facts={[
          [t("device.code"), <Raw key="code">{asking.code}</Raw>],
          [t("device.client"), <Raw key="client">{asking.client}</Raw>],
          [t("device.address"), <Raw key="address">{asking.address}</Raw>],
          [t("device.asked"), <Age key="asked" at={asking.created} />],
          [t("device.mayDo"), t("device.everything", { name: session?.login })],
        ]}
      />
      <p>{t("device.compare")}</p>
      <div className="cr-actions">
        <Button isDisabled={decided.isPending} onClick={() => decided.mutate(true)}>
          {t("device.allow")}
        </Button>
        <Button
          variant="secondary"
          isDisabled={decided.isPending}
          onClick={() => decided.mutate(false)}
        >
          {t("device.deny")}
        </Button>
      </div>
    </div>
  );
}

const WORDS = { true: "device.allowed", false: "device.denied" } as const;
