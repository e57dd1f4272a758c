import "../../i18n/editing";
import "../../styles/editing.css";
import { Button } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNotice } from "../../actions/ProblemNotice";
import { createObjects } from "../../api/generated/sdk.gen";
import type { Making } from "../../api/generated/types.gen";
import { toProblem } from "../../api/problem";
import { Crumbs } from "../../detail/DetailPage";
import { useUnsaved } from "../../forms/useUnsaved";
import { Faults, faultsOfProblem } from "../../kube/editing/Faults";
import { FieldLine } from "../../kube/editing/FieldLine";
import { LazyText } from "../../kube/editing/LazyText";
import { useFields } from "../../kube/editing/useFields";
import { text as textParam } from "../../pages/search";
import { useSearchOf } from "../../pages/useSearchOf";
import { goTo } from "../../shell/navigate";
import { PageHeader } from "../../shell/PageHeader";
import { useScopeChoices } from "../../shell/useScopeChoices";
import { MadeObjects } from "./MadeObjects";
import { againOf, faultsOfMaking, readyOf } from "./made";
import { Place } from "./Place";

const SEARCH = { cluster: textParam, namespace: textParam };

const EMPTY = { text: "" };

/** What is to be created, and where. */
interface Wanted {
  cluster: string;
  namespace: string;
  text: string;
}

const isSame = (one: Wanted, other: Wanted) =>
  one.cluster === other.cluster && one.namespace === other.namespace && one.text === other.text;

/** What came of it. */
interface Came {
  made: Making;
  of: Wanted;
}

interface Asked {
  of: Wanted;
  dryRun: boolean;
  only?: number[];
}

/** Objects written or pasted as YAML: tried by the cluster, then created, each with its result. */
export function CreatePage() {
  const { t } = useTranslation();
  const router = useRouter();
  const asked = useSearchOf(SEARCH);
  const { clusters } = useScopeChoices(undefined);
  const [chosen, setCluster] = useState(asked.cluster);
  const [namespace, setNamespace] = useState(asked.namespace ?? "");
  const [text, setText] = useState("");
  const [line, setLine] = useState(1);
  const [came, setCame] = useState<Came | null>(null);
  const cluster = chosen ?? (clusters.length === 1 ? clusters[0] : undefined) ?? "";
  const fields = useFields(cluster, text);
  const made = came?.made ?? null;
  const dirty = text.trim() !== "" && (made === null || made.dry_run);
  const unsaved = useUnsaved({ dirty, reset: () => setText("") }, () => goTo(router, "/workloads"));
  const asking: Wanted = { cluster, namespace, text };
  const wanted = useRef(asking);
  wanted.current = asking;
  const sending = useMutation({
    mutationFn: async ({ of, dryRun, only }: Asked) =>
      (
        await createObjects({
          path: { cluster: of.cluster },
          query: { dry_run: dryRun },
          body: { yaml: of.text, namespace: of.namespace, ...(only ? { only } : {}) },
        })
      ).data,
    onSuccess: (found, { of, dryRun }) => {
      // A try of what is not wanted any more says nothing of what is.
      if (!dryRun || isSame(of, wanted.current)) setCame({ made: found, of });
    },
  });
  const send = (dryRun: boolean, only?: number[]) =>
    sending.mutate({ of: asking, dryRun, ...(only ? { only } : {}) });
  /** What was tried was tried as it was. */
  const forget = () => {
    setCame(null);
    if (!sending.isPending) sending.reset();
  };
  const change = (next: string) => {
    if (next === text) return;
    setText(next);
    forget();
  };
  const problem = sending.error ? toProblem(sending.error) : null;
  const told = problem?.status === 422 ? faultsOfProblem(problem) : faultsOfMaking(made);
  // Its numbers are of the text that was sent.
  const fits = came !== null && isSame(came.of, asking);
  const ready = fits ? readyOf(made) : [];
  const again = fits ? againOf(made) : [];
  const waits = text.trim() === "" || cluster === "";
  return (
    <section className="cr-page cr-editing cr-create">
      {unsaved.question}
      <Crumbs crumbs={[{ title: t("nav.workloads"), href: "/workloads" }]} />
      <PageHeader title={t("create.title")} sentence={t("editing.createSentence")} />
      <div className="cr-editing-bar">
        <Place
          cluster={cluster}
          clusters={clusters}
          namespace={namespace}
          onCluster={(next) => {
            setCluster(next);
            forget();
          }}
          onNamespace={(next) => {
            setNamespace(next);
            forget();
          }}
        />
        <Button
          size="sm"
          variant={ready.length > 0 ? "secondary" : "primary"}
          isDisabled={waits || sending.isPending}
          isLoading={sending.isPending}
          onClick={() => send(true)}
        >
          {t("editing.try")}
        </Button>
        {ready.length > 0 && (
          <Button size="sm" isDisabled={sending.isPending} onClick={() => send(false, ready)}>
            {t("editing.createMany", { count: ready.length })}
          </Button>
        )}
        {again.length > 0 && (
          <Button size="sm" isDisabled={sending.isPending} onClick={() => send(false, again)}>
            {t("editing.retry")}
          </Button>
        )}
        <Button size="sm" variant="link" onClick={unsaved.close}>
          {t("editing.cancel")}
        </Button>
      </div>
      {problem && told.length === 0 && <ProblemNotice problem={problem} />}
      {problem && told.length > 0 && <Faults faults={told} />}
      {made && <MadeObjects made={made} />}
      <LazyText
        given={EMPTY}
        onChange={change}
        onLine={setLine}
        label={t("editing.textNew")}
        fields={fields}
        faults={told}
      />
      <FieldLine text={text} line={line} fields={fields} />
    </section>
  );
}
