import { Button, List, ListItem } from "@patternfly/react-core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toProblem } from "../../api/problem";
import { Raw } from "../../detail/Facts";
import { type ConnectionView, changesOf, impactQuery } from "./api";
import { Dialogue, DialogueProblem } from "./Dialogues";

export interface RemoveDialogueProps {
  connection: ConnectionView;
  /** Take it away for good, or only switch it off. */
  action: "delete" | "disable";
  onDone: () => void;
  onClose: () => void;
}

/** What disappears with the connection, counted, before it is taken away. */
export function RemoveDialogue({ connection, action, onDone, onClose }: RemoveDialogueProps) {
  const { t } = useTranslation();
  const { kind, name } = connection;
  const impact = useQuery(impactQuery(kind, name));
  const attempt = useMutation({
    mutationFn: async () => {
      if (action === "delete") await changesOf(connection).remove();
      else await changesOf(connection).switch(true);
    },
    onSuccess: onDone,
  });
  const rows = impact.data?.rows ?? [];
  return (
    <Dialogue
      id="cr-remove"
      title={t(`connections.${action}.title`, { name })}
      onClose={onClose}
      footer={
        <>
          <Button
            variant="danger"
            isLoading={attempt.isPending}
            isDisabled={attempt.isPending || impact.isPending}
            onClick={() => attempt.mutate()}
          >
            {t(`connections.${action}.do`)}
          </Button>
          <Button variant="link" onClick={onClose}>
            {t("connections.cancel")}
          </Button>
        </>
      }
    >
      <DialogueProblem text={attempt.error ? toProblem(attempt.error).detail : undefined} />
      <p>{t(`connections.${action}.body`)}</p>
      {rows.length > 0 && <p>{t("connections.disappears", { count: impact.data?.total ?? 0 })}</p>}
      <List isPlain className="cr-impact">
        {rows.map(({ collection, title, rows: count }) => (
          <ListItem key={collection} data-collection={collection}>
            <Raw>
              {count} {title}
            </Raw>
          </ListItem>
        ))}
      </List>
      {impact.data && rows.length === 0 && <p>{t("connections.disappearsNothing")}</p>}
    </Dialogue>
  );
}
