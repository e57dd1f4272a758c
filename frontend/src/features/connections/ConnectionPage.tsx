import { Alert, Button, List, ListItem } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { apiUrl } from "../../api/http";
import { toProblem } from "../../api/problem";
import { Crumbs } from "../../detail/DetailPage";
import { Facts, Raw } from "../../detail/Facts";
import { Section } from "../../detail/Section";
import { equals, useLiveRow } from "../../detail/useLiveRow";
import { Age } from "../../format/Age";
import { formatExact } from "../../format/time";
import { useAddress } from "../../pages/useAddress";
import { mayUse, useSession } from "../../session/session";
import { goTo } from "../../shell/navigate";
import { PageHeader } from "../../shell/PageHeader";
import { SkeletonLines } from "../../states/Skeletons";
import { Failed, NoAccess, NotFound } from "../../states/States";
import { Status, ToneIcon } from "../../status/Status";
import {
  type ConnectionView,
  changesOf,
  connectionQuery,
  diagnosticsHref,
  kindsQuery,
} from "./api";
import { DialogueProblem } from "./Dialogues";
import { EditForm } from "./EditForm";
import { ReauthenticateDialogue } from "./ReauthenticateDialogue";
import { RemoveDialogue } from "./RemoveDialogue";
import { toneOfEnd } from "./TestResult";

/** The connection that the address names. */
export function ConnectionPage() {
  const { kind = "", name = "" } = useAddress<"kind" | "name">();
  return <ConnectionDetail key={`${kind}/${name}`} kind={kind} name={name} />;
}

function ConnectionDetail({ kind, name }: { kind: string; name: string }) {
  const { t } = useTranslation();
  const filters = useMemo(() => equals({ kind, name }), [kind, name]);
  const live = useLiveRow("connections", filters);
  const may = mayUse(useSession(), "connection-settings", "get");
  const { data, error, refetch } = useQuery({ ...connectionQuery(kind, name), enabled: may });
  const status = String(live.current?.status ?? data?.status ?? "");
  const message = String(live.current?.message ?? data?.message ?? "");
  const news = `${status}\n${live.current?.expires}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the row says so
  useEffect(() => {
    if (may) void refetch();
  }, [news, may, refetch]);
  const problem = error ? toProblem(error) : null;
  return (
    <section className="cr-page cr-scroll-page">
      <Crumbs crumbs={[{ title: t("nav.connections"), href: "/connections" }]} />
      <PageHeader
        title={<Raw>{name}</Raw>}
        sentence={
          status && (
            <>
              <Status word={status} /> <Raw>{message}</Raw>
            </>
          )
        }
      />
      {!may && <NoAccess what={t("connections.settings")} />}
      {may && !data && !problem && <SkeletonLines />}
      {problem?.status === 404 && <NotFound />}
      {problem && problem.status !== 404 && (
        <Failed problem={problem} onRetry={() => void refetch()} />
      )}
      {data && <Loaded connection={data} since={live.current?.since} />}
    </section>
  );
}

type Open = "delete" | "disable" | "reauthenticate" | null;

function Loaded({ connection, since }: { connection: ConnectionView; since: unknown }) {
  const { t } = useTranslation();
  const router = useRouter();
  const queries = useQueryClient();
  const session = useSession();
  const [open, setOpen] = useState<Open>(null);
  const kinds = useQuery({
    ...kindsQuery,
    enabled: mayUse(session, "connection-settings", "create"),
  }).data;
  const kind = kinds?.find((found) => found.kind === connection.kind);
  const way = kind?.ways.find(({ id }) => id === connection.way);
  const { queryKey } = connectionQuery(connection.kind, connection.name);
  const close = () => setOpen(null);
  const took = (changed: ConnectionView) => {
    queries.setQueryData(queryKey, changed);
    close();
  };
  const enable = useMutation({
    mutationFn: () => changesOf(connection).switch(false),
    onSuccess: took,
    onError: (error) => {
      if (toProblem(error).status === 412) void queries.invalidateQueries({ queryKey });
    },
  });
  return (
    <>
      <Actions connection={connection} onOpen={setOpen} onEnable={() => enable.mutate()} />
      <DialogueProblem text={enable.error ? toProblem(enable.error).detail : undefined} />
      {!connection.editable && (
        <Alert
          component="p"
          variant="info"
          variantLabel={t("alert.info")}
          isInline
          title={t(
            connection.origin === "local stack"
              ? "connections.declaredStack"
              : "connections.declaredFile",
          )}
        />
      )}
      <Section title={t("connections.about")}>
        <Facts
          facts={[
            [t("connections.system"), <Raw key="s">{connection.title}</Raw>],
            [t("connections.since"), typeof since === "number" && <Age at={since} />],
            [
              t("connections.changedBy"),
              connection.changed !== null && (
                <Raw key="c">
                  {connection.changed_by}, {formatExact(connection.changed)}
                </Raw>
              ),
            ],
          ]}
        />
        <List isPlain>
          {connection.certificates.map(({ what, subject, expires }) => (
            <ListItem key={`${what} ${subject}`} icon={<ToneIcon tone={toneOfEnd(expires)} />}>
              <Raw>
                {what} ({subject})
              </Raw>{" "}
              {t("connections.test.expires", { at: formatExact(expires) })}
            </ListItem>
          ))}
        </List>
      </Section>
      {connection.editable && kind && (
        <Section title={t("connections.settings")}>
          <EditForm connection={connection} kind={kind} onSaved={took} />
        </Section>
      )}
      {open === "reauthenticate" && kind && way && (
        <ReauthenticateDialogue
          connection={connection}
          kind={kind}
          way={way}
          onDone={took}
          onClose={close}
        />
      )}
      {(open === "delete" || open === "disable") && (
        <RemoveDialogue
          connection={connection}
          action={open}
          onClose={close}
          onDone={() => {
            close();
            if (open === "delete") goTo(router, "/connections");
            else void queries.invalidateQueries({ queryKey });
          }}
        />
      )}
    </>
  );
}

interface ActionsProps {
  connection: ConnectionView;
  onOpen: (dialogue: Open) => void;
  onEnable: () => void;
}

function Actions({ connection, onOpen, onEnable }: ActionsProps) {
  const { t } = useTranslation();
  const { kind, name, disabled, editable, secrets } = connection;
  return (
    <div className="cr-actions">
      {editable && Object.keys(secrets).length > 0 && (
        <Button variant="secondary" size="sm" onClick={() => onOpen("reauthenticate")}>
          {t("connections.reauthenticate.do")}
        </Button>
      )}
      {editable && (
        <Button
          variant="secondary"
          size="sm"
          onClick={() => (disabled ? onEnable() : onOpen("disable"))}
        >
          {t(disabled ? "connections.enable" : "connections.disable.do")}
        </Button>
      )}
      <Button
        variant="secondary"
        size="sm"
        component="a"
        href={apiUrl(diagnosticsHref(kind, name))}
        download
      >
        {t("connections.diagnostics")}
      </Button>
      {editable && (
        <Button variant="danger" size="sm" onClick={() => onOpen("delete")}>
          {t("connections.delete.do")}
        </Button>
      )}
    </div>
  );
}
