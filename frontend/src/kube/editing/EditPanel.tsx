import "../../i18n/editing";
import "../../i18n/operate";
import "../../styles/editing.css";
import "../../styles/operate.css";
import { Button } from "@patternfly/react-core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStart } from "../../actions/ActionHost";
import { ProblemNotice } from "../../actions/ProblemNotice";
import { mergeDocument, readDocument } from "../../api/generated/sdk.gen";
import type { DocumentView, MergeView } from "../../api/generated/types.gen";
import { type Problem, toProblem } from "../../api/problem";
import { useUnsaved } from "../../forms/useUnsaved";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed } from "../../states/States";
import type { ObjectPath } from "../objectRow";
import { Conflict } from "./Conflict";
import { Faults, faultsOfProblem } from "./Faults";
import { FieldLine } from "./FieldLine";
import { LazyText } from "./LazyText";
import { saveOf, trySaving } from "./save";
import { useFields } from "./useFields";

export interface EditPanelProps {
  path: ObjectPath;
  onClose: () => void;
}

/** Edits one object as text: tried by the cluster, reviewed, saved, merged with what others did. */
export function EditPanel({ path, onClose }: EditPanelProps) {
  const { data, error, refetch } = useQuery({
    queryKey: ["document", path],
    queryFn: async ({ signal }) => (await readDocument({ path, signal })).data,
    // It is what the edit is compared with: nothing may change it under one's hands.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  if (error && !data) return <Failed problem={toProblem(error)} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={12} />;
  return <Editing path={path} first={data} onClose={onClose} />;
}

interface EditingProps extends EditPanelProps {
  first: DocumentView;
}

function Editing({ path, first, onClose }: EditingProps) {
  const { t } = useTranslation();
  const start = useStart();
  const [read, setRead] = useState(first);
  const [text, setText] = useState(first.yaml);
  const [given, setGiven] = useState({ text: first.yaml });
  const [line, setLine] = useState(1);
  const [merge, setMerge] = useState<MergeView | null>(null);
  const [theirs, setTheirs] = useState<readonly string[]>([]);
  const fields = useFields(path.cluster, text);
  const put = useCallback((next: string) => {
    setText(next);
    setGiven({ text: next });
  }, []);
  const reset = useCallback(() => put(read.yaml), [put, read]);
  const dirty = text !== read.yaml;
  const unsaved = useUnsaved({ dirty, reset }, onClose);

  const merging = useMutation({
    mutationFn: async (chosen: readonly string[]) =>
      (await mergeDocument({ path, body: { base: read.yaml, yaml: text, theirs: [...chosen] } }))
        .data,
  });
  const showConflict = () =>
    merging.mutate([], {
      onSuccess: (found) => {
        setTheirs([]);
        setMerge(found);
      },
    });
  const trying = useMutation({
    mutationFn: () => trySaving(path, read, text),
    onSuccess: (tried) =>
      start(saveOf(path.kind), { path, read, text, tried, onSaved: readAnew }, path.name),
    onError: (error) => {
      if (toProblem(error).status === 412) showConflict();
    },
  });
  /** What was saved is what is edited on: the cluster may have added to it. */
  const readAnew = async () => {
    setRead({ ...read, yaml: text });
    const { data } = await readDocument({ path });
    setRead(data);
    put(data.yaml);
  };
  const goOn = () =>
    merging.mutate(theirs, {
      onSuccess: (found) => {
        setRead({ ...read, version: found.version, yaml: found.base });
        put(found.yaml);
        setMerge(null);
        trying.reset();
      },
    });
  const problem = problemOf(merging.error ?? trying.error);
  const faults = problem && problem.status === 422 ? faultsOfProblem(problem) : NONE;
  return (
    <div className="cr-code cr-editing">
      {unsaved.question}
      <div className="cr-editing-bar">
        <Button
          size="sm"
          isDisabled={!dirty || merge !== null}
          isLoading={trying.isPending}
          onClick={() => trying.mutate()}
        >
          {t("editing.review")}
        </Button>
        <Button size="sm" variant="link" onClick={unsaved.close}>
          {t(dirty ? "editing.cancel" : "editing.close")}
        </Button>
        <span className="cr-muted cr-editing-note">{t("editing.note")}</span>
      </div>
      {merge && (
        <Conflict
          name={path.name}
          merge={merge}
          theirs={theirs}
          onTheirs={setTheirs}
          onMerge={goOn}
          onDiscard={() => {
            setRead({ ...read, version: merge.version, yaml: merge.base });
            put(merge.base);
            setMerge(null);
            trying.reset();
          }}
        />
      )}
      {problem &&
        problem.status !== 412 &&
        (faults.length > 0 ? <Faults faults={faults} /> : <ProblemNotice problem={problem} />)}
      <LazyText
        given={given}
        onChange={setText}
        onLine={setLine}
        label={t("editing.textOf", { name: path.name })}
        fields={fields}
        faults={faults}
      />
      <FieldLine text={text} line={line} fields={fields} owners={read.owners} />
    </div>
  );
}

const NONE: readonly never[] = [];

const problemOf = (error: Error | null): Problem | null => (error ? toProblem(error) : null);
