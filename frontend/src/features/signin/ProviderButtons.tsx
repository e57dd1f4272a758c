import { Button } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { beginSignIn } from "../../api/generated/sdk.gen";
import type { Offered } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { goOutside } from "../../shell/navigate";
import { Notice } from "../../states/Notice";

/** As long as the server waits for a provider. */
const PROVIDER_MS = 15_000;

/** One button for each identity provider; pressing it leaves for the provider. */
export function ProviderButtons({ offered, next, first, hint }: Props) {
  const { t } = useTranslation();
  const attempt = useMutation({
    mutationFn: async (name: string) => {
      const body = { next, hint };
      const { data } = await beginSignIn({ path: { provider: name }, body, deadline: PROVIDER_MS });
      goOutside(data.url);
    },
  });
  const busy = attempt.isPending || attempt.isSuccess;
  return (
    <div className="cr-signin-providers">
      {attempt.isError && (
        <Notice
          tone="danger"
          live
          title={<span translate="no">{toProblem(attempt.error).detail}</span>}
        />
      )}
      {offered.map(({ name, label }) => (
        <Button
          key={name}
          isBlock
          variant={name === first ? "primary" : "secondary"}
          isLoading={busy && attempt.variables === name}
          isDisabled={busy}
          onClick={() => attempt.mutate(name)}
        >
          {t("login.by", { provider: label })}
        </Button>
      ))}
    </div>
  );
}

interface Props {
  offered: readonly Offered[];
  next: string;
  /** The provider to propose before the others. */
  first: string | undefined;
  /** Whom the provider may propose. */
  hint: string;
}

/** The provider whose people have such addresses. */
export function providerOf(offered: readonly Offered[], login: string): string | undefined {
  const domain = login.split("@")[1]?.toLowerCase();
  if (!domain) return undefined;
  return offered.find(({ domains }) => domains.some((one) => one.toLowerCase() === domain))?.name;
}
