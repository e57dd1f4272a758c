import { Button } from "@patternfly/react-core";
import { useRouter } from "@tanstack/react-router";
import type { ComponentType, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../../actions/ActionHost";
import { Facts, Raw } from "../../../detail/Facts";
import { segment } from "../../../pages/page";
import { useSession } from "../../../session/session";
import { AppLink } from "../../../shell/AppLink";
import { goTo } from "../../../shell/navigate";
import { invite } from "../invitations";
import { grantGroup } from "../providers";
import { usePlace } from "../roles";
import { type Found, mayDo, type Step, type StepId } from "./steps";

interface Props {
  step: Step;
  found: Found;
}

/** What can be done about a step, by those who can, and where to see what is there. */
export function StepActions(props: Props) {
  const Own = ACTIONS[props.step.id];
  return <Own {...props} />;
}

function Account({ step }: Props) {
  const { t } = useTranslation();
  const done = step.state === "done";
  return (
    <Does step={step} href="/profile/sign-in">
      {t(done ? "start.account.yours" : "start.account.do")}
    </Does>
  );
}

function SystemsStep({ step, found: { systems } }: Props) {
  const { t } = useTranslation();
  const words = ({ all, connected }: { all: number; connected: number }) =>
    all === 0 ? t("start.systems.none") : t("start.systems.kind", { connected, all });
  return (
    <>
      {systems && (
        <Facts facts={systems.map((one) => [<Raw key="k">{one.title}</Raw>, words(one)])} />
      )}
      <Does
        step={step}
        href="/connections/new"
        {...(systems ? { view: ["/connections", t("nav.connections")] } : {})}
      >
        {t("connections.add")}
      </Does>
    </>
  );
}

/** How a provider is spoken to, each with its guided form. */
const WAYS = ["oidc", "saml", "ldap"] as const;

function ProviderStep({ step }: Props) {
  const { t } = useTranslation();
  return (
    <>
      {mayDo(useSession(), step.id) && (
        <p className="cr-muted">
          {t("start.provider.ways")}{" "}
          {WAYS.map((way, place) => (
            <span key={way}>
              {place > 0 && " · "}
              <AppLink href={`/access/providers/new?protocol=${way}`}>
                {t(`start.provider.${way}`)}
              </AppLink>
            </span>
          ))}
        </p>
      )}
      <Does
        step={step}
        href="/access/providers/new"
        view={["/access/providers", t("providers.title")]}
      >
        {t("providers.add")}
      </Does>
    </>
  );
}

const GROUPS = `/access/bindings?${new URLSearchParams({ filter: "subject_kind=group" })}`;

/** With one provider the form opens here; of several, the one whose groups are meant is chosen. */
function GroupsStep({ step, found: { providers = [] } }: Props) {
  const { t } = useTranslation();
  const organisation = useSession()?.organisation ?? "";
  const active = providers.filter((one) => one.active);
  const [only, ...more] = active;
  const variant = step.state === "next" ? "primary" : "secondary";
  return (
    <>
      {more.length > 0 && (
        <p>
          {t("start.groups.which")}{" "}
          {active.map(({ name, label }, place) => (
            <span key={name}>
              {place > 0 && " · "}
              <AppLink href={`/access/providers/${segment(name)}`}>
                <Raw>{label}</Raw>
              </AppLink>
            </span>
          ))}
        </p>
      )}
      <div className="cr-actions">
        {only && more.length === 0 && (
          <ActionButton
            action={grantGroup}
            target={{ provider: only.name, organisation }}
            name={only.label}
            variant={variant}
          />
        )}
        <AppLink href={GROUPS}>{t("start.groups.view")}</AppLink>
      </div>
    </>
  );
}

function PeopleStep({ step }: Props) {
  const { t } = useTranslation();
  const place = usePlace();
  const variant = step.state === "next" ? "primary" : "secondary";
  return (
    <div className="cr-actions">
      <ActionButton action={invite} target={{ place }} name="" variant={variant} />
      <AppLink href="/access/invitations">{t("start.people.view")}</AppLink>
    </div>
  );
}

function GlassStep({ step, found: { glass } }: Props) {
  const { t } = useTranslation();
  const view = ["/access/sign-in", t("start.glass.view")] as const;
  if (glass !== "none") return <Links view={view} />;
  return (
    <Does step={step} href={view[0]}>
      {t("start.glass.do")}
    </Does>
  );
}

type View = readonly [href: string, words: string];

interface DoesProps {
  step: Step;
  /** Where it is done. */
  href: string;
  /** Where what is there already is seen. */
  view?: View;
  children: ReactNode;
}

/** The button that leads to where the step is done, for those who can do it. */
function Does({ step: { id, state }, href, view, children }: DoesProps) {
  const router = useRouter();
  const session = useSession();
  return (
    <Links {...(view ? { view } : {})}>
      {mayDo(session, id) && (
        <Button
          size="sm"
          variant={state === "next" ? "primary" : "secondary"}
          onClick={() => goTo(router, href)}
        >
          {children}
        </Button>
      )}
    </Links>
  );
}

function Links({ view, children }: { view?: View; children?: ReactNode }) {
  if (!view && !children) return null;
  return (
    <div className="cr-actions">
      {children}
      {view && <AppLink href={view[0]}>{view[1]}</AppLink>}
    </div>
  );
}

const ACTIONS: Record<StepId, ComponentType<Props>> = {
  account: Account,
  systems: SystemsStep,
  provider: ProviderStep,
  groups: GroupsStep,
  people: PeopleStep,
  glass: GlassStep,
};
