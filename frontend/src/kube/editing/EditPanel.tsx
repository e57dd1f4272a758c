import "../../i18n/editing";
import "../../i18n/operate";
import "../../styles/editing.css";
import "../../styles/operate.css";
import { Button } from "@patternfly/react-core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
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

/** A text, and what it was made from. */
interface Tried {
  read: DocumentView;
  text: string;
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

  /** What is typed now: an answer may come after more was typed. */
  const typed = useRef(text);
  typed.current = text;

  const merging = useMutation({
    mutationFn: async ({ tried, chosen }: { tried: Tried; chosen: readonly string[] }) =>
      (
        await mergeDocument({
          path,
          body: { base: tried.read.yaml, yaml: tried.text, theirs: [...chosen] },
        })
      ).data,
  });
  const ask = (chosen: readonly string[], then: (found: MergeView, tried: Tried) => void) =>
    merging.mutate(
      { tried: { read, text: typed.current }, chosen },
      { onSuccess: (found, { tried }) => then(found, tried) },
    );
  const showConflict = () =>
    ask([], (found) => {
      setTheirs([]);
      setMerge(found);
    });
  const trying = useMutation({
    mutationFn: (tried: Tried) => trySaving(path, tried.read, tried.text),
    // What was tried is what is saved, whatever is typed meanwhile.
    onSuccess: (tried, { read: on, text: sent }) =>
      start(
        saveOf(path.kind),
        { path, read: on, text: sent, tried, onSaved: () => readAnew(on, sent) },
        path.name,
      ),
    onError: (error) => {
      if (toProblem(error).status === 412) showConflict();
    },
  });
  /** What was saved is what is edited on: the cluster may have added to it. */
  const readAnew = async (on: DocumentView, sent: string) => {
    setRead({ ...on, yaml: sent });
    const { data } = await readDocument({ path });
    const untouched = typed.current === sent;
    // What was typed since was typed on what was saved, not on what the cluster made of it.
    setRead(untouched ? data : { ...data, yaml: sent });
    if (untouched) put(data.yaml);
  };
  const goOn = () =>
    ask(theirs, (found, { text: sent }) => {
      if (typed.current !== sent || isNew(found, merge)) {
        // Chosen was for something else: it is shown again, as it is now.
        showConflict();
        return;
      }
      take(found, found.yaml);
    });
  /** Goes on editing over what there is now. */
  const take = (found: MergeView, next: string) => {
    setRead({ ...read, version: found.version, yaml: found.base });
    put(next);
    setMerge(null);
    trying.reset();
  };
  const problem = problemOf(merging.error ?? trying.error);
  const faults = problem && problem.status === 422 ? faultsOfProblem(problem) : NONE;
  return (
    <div className="cr-code cr-editing">
      {unsaved.question}
      <div className="cr-editing-bar">
        <Button
          size="sm"
          isDisabled={!dirty || merge !== null || trying.isPending}
          isLoading={trying.isPending}
          onClick={() => trying.mutate({ read, text })}
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
          onDiscard={() => take(merge, merge.base)}
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

/** Whether something clashes that was not shown, or is another than was shown. */
function isNew({ clashes }: MergeView, shown: MergeView | null): boolean {
  const known = new Set(shown?.clashes.map(({ path, theirs }) => `${path}\n${theirs}`));
  return clashes.some(({ path, theirs }) => !known.has(`${path}\n${theirs}`));
}

const problemOf = (error: Error | null): Problem | null => (error ? toProblem(error) : null);
