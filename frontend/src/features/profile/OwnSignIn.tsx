import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { readAccountOptions } from "../../api/generated/@tanstack/react-query.gen";
import { toProblem } from "../../api/problem";
import { Section } from "../../detail/Section";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { OwnAuthenticator } from "./OwnAuthenticator";
import { OwnCodes } from "./OwnCodes";
import { OwnPasskeys } from "./OwnPasskeys";
import { changeOwnPassword } from "./password";

const OwnIdentities = lazy(async () => import("./OwnIdentities"));

/** How one signs in, and what can be changed about it. */
export function OwnSignIn() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(readAccountOptions());
  if (error) return <Failed problem={toProblem(error)} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines />;
  return (
    <>
      <Section title={t("account.password.title")}>
        <p>{t(data.password ? "account.password.is" : "account.password.none")}</p>
        {data.password && (
          <div className="cr-actions">
            <ActionButton action={changeOwnPassword} target={null} name="" />
          </div>
        )}
      </Section>
      {data.password && (
        <>
          <OwnPasskeys account={data} />
          <OwnAuthenticator account={data} />
        </>
      )}
      {(data.authenticator || data.passkeys.length > 0) && <OwnCodes left={data.recovery_codes} />}
      <Suspense fallback={<SkeletonLines />}>
        <OwnIdentities />
      </Suspense>
    </>
  );
}
