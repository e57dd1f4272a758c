import { Alert, AlertActionCloseButton, AlertActionLink, AlertGroup } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { AppLink } from "./AppLink";
import { dismiss, entryHref, type News, useShownNews } from "./news";

/** Long enough to be read and followed; a pointer or the focus holds it, the tray keeps it. */
const SHOWN_MS = 15_000;

/** What happened elsewhere, told politely at the edge of the page; the shell says the first aloud. */
export default function Toasts() {
  const { t } = useTranslation();
  const shown = useShownNews();
  return (
    <AlertGroup isToast isLiveRegion aria-label={t("news.label")} className="cr-toasts">
      {shown.map((news) => (
        <Toast key={news.id} news={news} />
      ))}
    </AlertGroup>
  );
}

function Toast({ news }: { news: News }) {
  const { t } = useTranslation();
  const { id, title, tone, detail, href, requestId, undo } = news;
  const close = () => dismiss(id);
  return (
    <Alert
      component="p"
      variant={tone}
      variantLabel={t(`alert.${tone}`)}
      title={<span translate="no">{title}</span>}
      timeout={SHOWN_MS}
      onTimeout={close}
      actionClose={
        <AlertActionCloseButton aria-label={t("news.close", { title })} onClose={close} />
      }
      actionLinks={
        <>
          {href && (
            <AppLink href={href} onClick={close}>
              {t("action.result")}
            </AppLink>
          )}
          {requestId && (
            <AppLink href={entryHref(requestId)} onClick={close}>
              {t("action.entry")}
            </AppLink>
          )}
          {undo && (
            <AlertActionLink
              onClick={() => {
                close();
                undo();
              }}
            >
              {t("action.undo")}
            </AlertActionLink>
          )}
        </>
      }
    >
      {detail && <span translate="no">{detail}</span>}
    </Alert>
  );
}
