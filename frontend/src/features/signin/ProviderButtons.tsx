import { Button } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { beginSignIn } from "../../api/generated/sdk.gen";
import type { Offered } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { AppLink } from "../../shell/AppLink";
import { goOutside } from "../../shell/navigate";
import { Notice } from "../../states/Notice";

/** As long as the server waits for a provider. */
const PROVIDER_MS = 15_000;

/** One button for each identity provider; pressing it leaves for the provider, or
 * for the form of a directory. */
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
      {offered.map(({ name, label, password }) => {
        const look = { isBlock: true, variant: name === first ? "primary" : "secondary" } as const;
        const words = t("login.by", { provider: label });
        if (password)
          return (
            <Button
              key={name}
              {...look}
              component={(props) => <AppLink {...props} href={formHref(name, next)} />}
            >
              {words}
            </Button>
          );
        return (
          <Button
            key={name}
            {...look}
            isLoading={busy && attempt.variables === name}
            isDisabled={busy}
            onClick={() => attempt.mutate(name)}
          >
            {words}
          </Button>
        );
      })}
    </div>
  );
}

/** Where user name and password of a directory are given. */
const formHref = (name: string, next: string) =>
  `/login?${new URLSearchParams({ with: name, ...(next === "/" ? {} : { next }) })}`;

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
