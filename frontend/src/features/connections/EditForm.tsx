import { Form } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Problem, toProblem } from "../../api/problem";
import { type ConnectionView, changesOf, type KindView, testConnection } from "./api";
import { FormButtons } from "./Buttons";
import { WayChoice } from "./Choosers";
import { ConnectionFields } from "./ConnectionFields";
import { ConflictDialogue, LeaveDialogue } from "./Dialogues";
import {
  keptDraft,
  openTexts,
  type Texts,
  textsOf,
  useKeptDraft,
  useTexts,
  useUnsavedGuard,
  valuesOf,
} from "./draft";
import { TestResult } from "./TestResult";

export interface EditFormProps {
  connection: ConnectionView;
  kind: KindView;
  onSaved: (changed: ConnectionView) => void;
}

/** The settings of a connection made here; each save is against the version that was read. */
export function EditForm({ connection, kind, onSaved }: EditFormProps) {
  const { t } = useTranslation();
  const draftKey = `connection.${connection.kind}.${connection.name}`;
  const [kept] = useState(() => keptDraft<{ texts: Texts }>(draftKey));
  const [seen, setSeen] = useState(connection);
  const [wayId, setWay] = useState(connection.way);
  const { texts, setText, setTexts } = useTexts({ ...textsOf(seen.values), ...kept?.texts });
  const way = kind.ways.find(({ id }) => id === wayId) ?? kind.ways[0];
  const dirty = wayId !== seen.way || differs(texts, textsOf(seen.values));
  const forget = useKeptDraft(draftKey, dirty ? { texts: openTexts(way, texts) } : null);
  const { blocker } = useUnsavedGuard(dirty);
  const draft = () => ({ way: way?.id ?? "", values: way ? valuesOf(way, texts) : {} });
  const take = (changed: ConnectionView) => {
    forget();
    setSeen(changed);
    setWay(changed.way);
    setTexts(textsOf(changed.values));
  };
  const fresh = !dirty && connection.row_version > seen.row_version ? connection : null;
  useEffect(() => {
    if (fresh) take(fresh);
  });
  const test = useMutation({
    mutationFn: () => testConnection({ ...draft(), kind: seen.kind, name: seen.name }),
  });
  const save = useMutation({
    mutationFn: ({ untested, over }: { untested: boolean; over?: ConnectionView }) =>
      changesOf(over ?? seen).save(draft(), untested),
    onSuccess: (changed) => {
      take(changed);
      onSaved(changed);
    },
  });
  if (!way) return null;
  const problem = problemOf(save.error ?? test.error);
  const current = problem?.status === 412 ? (problem.current as ConnectionView) : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    test.reset();
    save.mutate({ untested: false });
  };
  return (
    <Form onSubmit={submit} className="cr-form" noValidate>
      <WayChoice ways={kind.ways} chosen={way.id} onChoose={setWay} />
      <ConnectionFields
        kind={kind}
        way={way}
        texts={texts}
        stored={way.id === seen.way ? seen.secrets : {}}
        problem={current ? null : problem}
        onText={setText}
      />
      {test.data && <TestResult found={test.data} />}
      <FormButtons
        saving={save.isPending}
        testing={test.isPending}
        untested={save.error !== null && problem?.tested === false}
        saveWords={t("connections.save.changes")}
        onTest={() => {
          save.reset();
          test.mutate();
        }}
        onSave={(untested) => save.mutate({ untested })}
        onCancel={() => {
          take(seen);
          save.reset();
          test.reset();
        }}
      />
      {current && (
        <ConflictDialogue
          current={current}
          onReload={() => {
            save.reset();
            take(current);
            onSaved(current);
          }}
          onOverwrite={() => save.mutate({ untested: false, over: current })}
          onClose={() => save.reset()}
        />
      )}
      {blocker.status === "blocked" && (
        <LeaveDialogue onLeave={blocker.proceed} onStay={blocker.reset} />
      )}
    </Form>
  );
}

function problemOf(error: unknown): Problem | null {
  return error ? toProblem(error) : null;
}

/** Whether what is typed is not what is stored; an empty field equals an absent one. */
function differs(texts: Texts, stored: Texts): boolean {
  const ids = new Set([...Object.keys(texts), ...Object.keys(stored)]);
  return [...ids].some((id) => {
    const typed = texts[id];
    if (stored[id] === undefined) return typed !== undefined && typed !== null && typed !== "";
    return (typed ?? "") !== stored[id];
  });
}
