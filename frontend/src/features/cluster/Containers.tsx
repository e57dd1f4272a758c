import { Label } from "@patternfly/react-core";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table";
import { useTranslation } from "react-i18next";
import type { ContainerView } from "../../api/generated/types.gen";
import { Digest } from "../../detail/Digest";
import { Age } from "../../format/Age";
import { formatNumber, readableQuantity } from "../../format/numbers";
import { AppLink } from "../../shell/AppLink";
import { Status } from "../../status/Status";
import type { Tone } from "../../status/tone";

/** What a container's state means: running but not ready is not fine. */
export function containerTone({ state, reason, ready }: ContainerView): Tone {
  if (state === "running") return ready ? "ok" : "warn";
  if (state === "terminated") return reason === "Completed" ? "ok" : "bad";
  if (/backoff|err|invalid|fail/i.test(reason)) return "bad";
  return "busy";
}

/** Every container: what it runs, how it is, how it ended last, what it may use. */
export function Containers({
  containers,
  imagePages,
}: {
  containers: readonly ContainerView[];
  imagePages: ReadonlyMap<string, string>;
}) {
  const { t } = useTranslation();
  const live = containers.some(({ state }) => state !== "");
  return (
    <Table
      variant="compact"
      className="cr-plain-table"
      aria-label={t("containers.title")}
      gridBreakPoint="grid-lg"
    >
      <Thead>
        <Tr>
          <Th width={15}>{t("containers.name")}</Th>
          {live && <Th width={15}>{t("containers.state")}</Th>}
          <Th>{t("containers.image")}</Th>
          {live && (
            <Th modifier="fitContent" className="cr-right">
              {t("containers.restarts")}
            </Th>
          )}
          {live && <Th width={15}>{t("containers.lastState")}</Th>}
          <Th width={live ? 20 : 35}>{t("containers.resources")}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {containers.map((container) => (
          <ContainerRow
            key={`${container.role}/${container.name}`}
            container={container}
            live={live}
            imagePage={imagePages.get(container.digest) ?? imagePages.get(container.image)}
          />
        ))}
      </Tbody>
    </Table>
  );
}

interface ContainerRowProps {
  container: ContainerView;
  live: boolean;
  imagePage: string | undefined;
}

function ContainerRow({ container, live, imagePage }: ContainerRowProps) {
  const { t } = useTranslation();
  const { name, role, image, digest, state, reason, since, restarts, last_state } = container;
  return (
    <Tr>
      <Td dataLabel={t("containers.name")} translate="no">
        {name}{" "}
        {role !== "" && role !== "container" && (
          <Label isCompact variant="outline">
            {role}
          </Label>
        )}
      </Td>
      {live && (
        <Td dataLabel={t("containers.state")}>
          {state !== "" && <Status word={reason || state} tone={containerTone(container)} />}
          {since !== null && (
            <span className="cr-muted">
              {" "}
              <Age at={since} />
            </span>
          )}
        </Td>
      )}
      <Td dataLabel={t("containers.image")}>
        {imagePage ? (
          <AppLink href={imagePage}>
            <span translate="no">{image}</span>
          </AppLink>
        ) : (
          <span translate="no">{image}</span>
        )}
        {digest !== "" && (
          <div className="cr-muted">
            <Digest text={digest} />
          </div>
        )}
      </Td>
      {live && (
        <Td dataLabel={t("containers.restarts")} className="cr-right" translate="no">
          {formatNumber(restarts)}
        </Td>
      )}
      {live && (
        <Td dataLabel={t("containers.lastState")} translate="no">
          {last_state || "–"}
        </Td>
      )}
      <Td dataLabel={t("containers.resources")}>
        <Resources container={container} />
      </Td>
    </Tr>
  );
}

/** `100m to 500m CPU`: asked for, and at most. */
function Resources({ container }: { container: ContainerView }) {
  const { t } = useTranslation();
  const names = [
    ...new Set([...Object.keys(container.requests), ...Object.keys(container.limits)]),
  ].sort();
  if (names.length === 0) return <span className="cr-muted">{t("containers.unbounded")}</span>;
  return (
    <ul className="cr-list">
      {names.map((name) => (
        <li key={name}>
          {t(container.limits[name] ? "containers.resource" : "containers.resourceFree", {
            name,
            request: readableQuantity(container.requests[name] ?? "0"),
            limit: readableQuantity(container.limits[name] ?? ""),
          })}
        </li>
      ))}
    </ul>
  );
}
