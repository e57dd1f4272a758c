import {
  Button,
  Form,
  List,
  ListItem,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
} from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "../api/problem";
import { AppLink } from "../shell/AppLink";
import type { Action, ActionField, Done, Values } from "./action";
import { Fields } from "./Fields";
import { ProblemNotice } from "./ProblemNotice";

export interface ActionDialogueProps {
  action: Action<unknown>;
  target: unknown;
  name: string;
  onClose: () => void;
}

/** What it would touch, the verb as the button, progress, the result with its audit entry. */
export default function ActionDialogue({ action, target, name, onClose }: ActionDialogueProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [values, setValues] = useState<Values>(() => firstValues(action.fields));
  const [typed, setTyped] = useState("");
  const attempt = useMutation({
    mutationFn: (on: unknown) => action.run(on, values),
    // Done is said at once: what is asked anew meanwhile may take its time.
    onSuccess: () => void queries.invalidateQueries(),
  });
  // Under way it cannot be called back: who left now would not learn how it ended.
  const close = () => {
    if (!attempt.isPending) onClose();
  };
  const problem = attempt.error ? toProblem(attempt.error) : null;
  const changed = problem?.status === 412 && action.onto ? problem.current : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate(changed === undefined ? target : action.onto?.(target, changed));
  };
  const title = t(action.title, { name }) as string;
  const verb = t(action.verb) as string;
  if (attempt.data) {
    const what = name ? `${verb}: ${name}` : verb;
    return <Result title={what} done={attempt.data} onClose={onClose} />;
  }
  const fields = action.fields ?? [];
  const errors = problem?.errors ?? [];
  const atFields = errors.length > 0 && errors.every(({ field }) => known(fields, field));
  return (
    <Modal variant="small" isOpen onClose={close} aria-labelledby="cr-action-title">
      <ModalHeader title={title} labelId="cr-action-title" />
      <ModalBody>
        <Form id="cr-action" onSubmit={submit}>
          {problem && !atFields && <ProblemNotice problem={problem} />}
          {changed !== undefined && <p>{t("action.changed")}</p>}
          {action.body && <p>{t(action.body, { name }) as string}</p>}
          {action.effects && <Effects action={action} target={target} onClose={close} />}
          <Fields
            fields={fields}
            values={values}
            errors={errors}
            onValue={(id, value) => setValues({ ...values, [id]: value })}
          />
          {action.typeName && (
            <Fields
              fields={[{ id: "typed", label: "action.typeName", required: true }]}
              values={{ typed }}
              errors={[]}
              onValue={(_, value) => setTyped(value)}
            />
          )}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="cr-action"
          variant={action.danger ? "danger" : "primary"}
          isLoading={attempt.isPending}
          isDisabled={attempt.isPending || (action.typeName === true && typed !== name)}
        >
          {changed === undefined ? verb : t("action.anyway")}
        </Button>
        <Button variant="link" onClick={close} isDisabled={attempt.isPending}>
          {t("action.cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

const known = (fields: readonly ActionField[], id: string) => fields.some((one) => one.id === id);

function firstValues(fields: readonly ActionField[] = []): Values {
  return Object.fromEntries(fields.map(({ id, choices }) => [id, choices?.[0] ?? ""]));
}

/** What would be touched, counted and linked; asked when the dialogue opens. */
function Effects({ action, target, onClose }: Omit<ActionDialogueProps, "name">) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["effects", action.id, target],
    queryFn: () => action.effects?.(target) ?? [],
    gcTime: 0,
    retry: false,
  });
  if (error) return <ProblemNotice problem={toProblem(error)} />;
  if (!data) return <p>{t("state.loading")}</p>;
  if (data.length === 0) return <p>{t("action.touchesNothing")}</p>;
  return (
    <>
      <p>{t("action.touches")}</p>
      <List isPlain className="cr-impact">
        {data.map(({ count, what, href }) => (
          <ListItem key={what}>
            {href ? (
              <AppLink href={href} onClick={onClose}>
                <span translate="no">{`${count} ${what}`}</span>
              </AppLink>
            ) : (
              <span translate="no">{`${count} ${what}`}</span>
            )}
          </ListItem>
        ))}
      </List>
    </>
  );
}

/** It is done: where that is recorded, where its result is, and the way back. */
function Result({ title, done, onClose }: { title: string; done: Done; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const back = useMutation({
    mutationFn: async () => done.undo?.(),
    onSuccess: () => void queries.invalidateQueries(),
  });
  const close = () => {
    if (!back.isPending) onClose();
  };
  const newest = back.data ?? done;
  const entry = `/activity?filter=${encodeURIComponent(`request=${JSON.stringify(newest.requestId)}`)}`;
  return (
    <Modal variant="small" isOpen onClose={close} aria-labelledby="cr-action-title">
      <ModalHeader title={title} labelId="cr-action-title" />
      <ModalBody>
        {back.error && <ProblemNotice problem={toProblem(back.error)} />}
        <p role="status">{t(back.data ? "action.undone" : "action.done")}</p>
        {newest.href && (
          <p>
            <AppLink href={newest.href} onClick={close}>
              {t("action.result")}
            </AppLink>
          </p>
        )}
        <p>
          <AppLink href={entry} onClick={close}>
            {t("action.entry")}
          </AppLink>
        </p>
      </ModalBody>
      <ModalFooter>
        <Button onClick={close} isDisabled={back.isPending}>
          {t("action.close")}
        </Button>
        {done.undo && !back.data && (
          <Button
            variant="secondary"
            isLoading={back.isPending}
            isDisabled={back.isPending}
            onClick={() => back.mutate()}
          >
            {t("action.undo")}
          </Button>
        )}
      </ModalFooter>
    </Modal>
  );
}
