import { Button, Form } from "@patternfly/react-core";
import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "../../api/problem";
import { type ConnectionView, changesOf, type KindView, type WayView } from "./api";
import { ConnectionFields } from "./ConnectionFields";
import { Dialogue } from "./Dialogues";
import { useTexts } from "./draft";

export interface ReauthenticateDialogueProps {
  connection: ConnectionView;
  kind: KindView;
  way: WayView;
  onDone: (changed: ConnectionView) => void;
  onClose: () => void;
}

/** New credentials for the same system, tried before they take the old ones' place. */
export function ReauthenticateDialogue(props: ReauthenticateDialogueProps) {
  const { connection, kind, way, onDone, onClose } = props;
  const { t } = useTranslation();
  const { texts, setText } = useTexts({});
  const attempt = useMutation({
    mutationFn: () => {
      const typed = Object.entries(texts).filter(([, text]) => typeof text === "string");
      return changesOf(connection).reauthenticate(Object.fromEntries(typed));
    },
    onSuccess: onDone,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate();
  };
  return (
    <Dialogue
      id="cr-reauthenticate"
      title={t("connections.reauthenticate.title", { name: connection.name })}
      onClose={onClose}
      footer={
        <>
          <Button
            type="submit"
            form="cr-reauthenticate-form"
            isLoading={attempt.isPending}
            isDisabled={attempt.isPending}
          >
            {t("connections.reauthenticate.do")}
          </Button>
          <Button variant="link" onClick={onClose}>
            {t("connections.cancel")}
          </Button>
        </>
      }
    >
      <Form id="cr-reauthenticate-form" onSubmit={submit}>
        <p>{t("connections.reauthenticate.body")}</p>
        <ConnectionFields
          kind={kind}
          way={way}
          texts={texts}
          stored={connection.secrets}
          problem={attempt.error ? toProblem(attempt.error) : null}
          only={({ secret }) => secret}
          onText={setText}
        />
      </Form>
    </Dialogue>
  );
}
