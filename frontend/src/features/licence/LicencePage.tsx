import "../../i18n/licence";
import "../../styles/licence.css";
import "../../styles/factors.css";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ActionButton } from "../../actions/ActionHost";
import { readLicenceOptions } from "../../api/generated/@tanstack/react-query.gen";
import type { LicenceView } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { AskAccess } from "../../asking/AskAccess";
import { Section } from "../../detail/Section";
import { PageHeader } from "../../shell/PageHeader";
import { Notice } from "../../states/Notice";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed, NoAccess } from "../../states/States";
import { ToneIcon } from "../../status/Status";
import { Clock } from "./Clock";
import { Documents } from "./Documents";
import { Entitlements } from "./Entitlements";
import { putLicence } from "./licence";
import { Sample } from "./Sample";
import { Sources } from "./Sources";
import { Stops } from "./Stops";
import { STATE_TONES, useStateSentence } from "./states";
import { TimeLine } from "./TimeLine";

/** What was bought, how much of it is used, until when, and what follows. */
export function LicencePage() {
  const { t } = useTranslation();
  const { data, error, isPending, refetch } = useQuery(readLicenceOptions());
  const hidden = error !== null && [403, 404].includes(toProblem(error).status);
  return (
    <section className="cr-page cr-scroll-page">
      <PageHeader
        title={t("nav.licence")}
        sentence={data && <Sentence licence={data} />}
        meta={data && <ActionButton action={putLicence} target={data} name="" />}
      />
      {isPending && <SkeletonLines />}
      {hidden && <NoAccess what={t("nav.licence")} ask={<AskAccess kind="licence" verb="get" />} />}
      {error && !hidden && !data && (
        <Failed problem={toProblem(error)} onRetry={() => void refetch()} />
      )}
      {data && <Whole licence={data} />}
    </section>
  );
}

function Sentence({ licence }: { licence: LicenceView }) {
  const said = useStateSentence(licence);
  return (
    <span className="cr-tone-count">
      <ToneIcon tone={STATE_TONES[licence.state]} /> {said}
    </span>
  );
}

function Whole({ licence }: { licence: LicenceView }) {
  const { t } = useTranslation();
  return (
    <div className="cr-licence">
      {licence.demo && <Notice tone="info" title={t("licence.demo.title")} />}
      {licence.keys_error && <Notice tone="danger" title={licence.keys_error} />}
      {licence.documents.length === 0 && <None />}
      <Section title={t("licence.used.title")} note={t("licence.used.note")}>
        <Entitlements licence={licence} />
      </Section>
      <Section title={t("licence.line.title")}>
        <TimeLine licence={licence} />
      </Section>
      {licence.documents.length > 0 && (
        <Section title={t("licence.documents.title")} note={licence.documents.length}>
          <Documents licence={licence} />
        </Section>
      )}
      <Section title={t("licence.sources.title")} note={t("licence.sources.note")}>
        <Sources licence={licence} />
      </Section>
      <Section title={t("licence.stops.title")} note={t("licence.stops.note")}>
        <Stops licence={licence} />
      </Section>
      <Section title={t("licence.clock.title")}>
        <Clock licence={licence} />
      </Section>
      <Section title={t("licence.sample.title")}>
        <Sample />
      </Section>
    </div>
  );
}

/** What it means that there is no licence. */
function None() {
  const { t } = useTranslation();
  return (
    <Notice tone="info" title={t("licence.none.title")}>
      <p>{t("licence.none.body")}</p>
    </Notice>
  );
}
