import {
  Form,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
} from "@patternfly/react-core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "../../api/problem";
import { Crumbs } from "../../detail/DetailPage";
import { segment } from "../../pages/page";
import { goTo } from "../../shell/navigate";
import { PageHeader } from "../../shell/PageHeader";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import { createConnection, type KindView, kindsQuery, testConnection } from "./api";
import { FormButtons } from "./Buttons";
import { KindChoice, WayChoice } from "./Choosers";
import { ConnectionFields, errorAt } from "./ConnectionFields";
import { LeaveDialogue } from "./Dialogues";
import {
  keptDraft,
  openTexts,
  type Texts,
  useKeptDraft,
  useTexts,
  useUnsavedGuard,
  valuesOf,
} from "./draft";
import { TestResult } from "./TestResult";

/** Connect a system: choose its kind, type where and how, test, add. */
export function NewConnectionPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(kindsQuery);
  return (
    <section className="cr-page cr-scroll-page">
      <Crumbs crumbs={[{ title: t("nav.connections"), href: "/connections" }]} />
      <PageHeader title={t("connections.add")} sentence={t("connections.addSentence")} />
      {!data && !error && <SkeletonLines />}
      {error && <Failed problem={toProblem(error)} onRetry={() => void refetch()} />}
      {data && <NewConnectionForm kinds={data} />}
    </section>
  );
}

interface Kept {
  kind: string;
  way: string;
  name: string;
  texts: Texts;
}

function NewConnectionForm({ kinds }: { kinds: readonly KindView[] }) {
  const { t } = useTranslation();
  const router = useRouter();
  const [kept] = useState(() => keptDraft<Kept>("connection"));
  const [kindId, setKind] = useState(kept?.kind ?? kinds[0]?.kind ?? "");
  const [wayId, setWay] = useState(kept?.way ?? "");
  const [name, setName] = useState(kept?.name ?? "");
  const { texts, setText, setTexts } = useTexts(kept?.texts ?? {});
  const kind = kinds.find((found) => found.kind === kindId) ?? kinds[0];
  const way = kind?.ways.find(({ id }) => id === wayId) ?? kind?.ways[0];
  const dirty = name !== "" || Object.values(texts).some(Boolean);
  const forget = useKeptDraft<Kept>(
    "connection",
    dirty ? { kind: kindId, way: wayId, name, texts: openTexts(way, texts) } : null,
  );
  const { blocker, release } = useUnsavedGuard(dirty);
  const named = () => ({
    kind: kind?.kind ?? "",
    name,
    way: way?.id ?? "",
    values: way ? valuesOf(way, texts) : {},
  });
  const leave = (href: string) => {
    release();
    forget();
    goTo(router, href);
  };
  const test = useMutation({ mutationFn: () => testConnection(named()) });
  const save = useMutation({
    mutationFn: (untested: boolean) => createConnection(named(), untested),
    onSuccess: (made) => leave(`/connections/${segment(made.kind)}/${segment(made.name)}`),
  });
  if (!kind || !way) return null;
  const failed = save.error ?? test.error;
  const problem = failed ? toProblem(failed) : null;
  const changed = () => {
    test.reset();
    save.reset();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    test.reset();
    save.mutate(false);
  };
  return (
    <Form onSubmit={submit} className="cr-form" noValidate>
      <KindChoice
        kinds={kinds}
        chosen={kind.kind}
        onChoose={(chosen) => {
          setKind(chosen);
          setWay("");
          setTexts({});
          changed();
        }}
      />
      <FormGroup label={t("connections.name")} fieldId="cr-connection-name" isRequired>
        <TextInput
          id="cr-connection-name"
          value={name}
          validated={errorAt(problem, "name") ? "error" : "default"}
          onChange={(_, value) => setName(value)}
          autoComplete="off"
          spellCheck={false}
          isRequired
        />
        <FormHelperText>
          <HelperText>
            {errorAt(problem, "name") && (
              <HelperTextItem variant="error" translate="no">
                {errorAt(problem, "name")}
              </HelperTextItem>
            )}
            <HelperTextItem>{t("connections.nameHelp")}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <WayChoice
        ways={kind.ways}
        chosen={way.id}
        onChoose={(chosen) => {
          setWay(chosen);
          changed();
        }}
      />
      <ConnectionFields
        kind={kind}
        way={way}
        texts={texts}
        stored={{}}
        problem={problem}
        onText={setText}
      />
      {test.data && <TestResult found={test.data} />}
      <FormButtons
        saving={save.isPending}
        testing={test.isPending}
        untested={save.error !== null && toProblem(save.error).tested === false}
        saveWords={t("connections.save.new")}
        onTest={() => {
          save.reset();
          test.mutate();
        }}
        onSave={(untested) => save.mutate(untested)}
        onCancel={() => leave("/connections")}
      />
      {blocker.status === "blocked" && (
        <LeaveDialogue onLeave={blocker.proceed} onStay={blocker.reset} />
      )}
    </Form>
  );
}
