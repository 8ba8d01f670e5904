import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useSession } from "@/lib/use-session";
import { buttonClass } from "@/ui/button";
import { Icon, type IconName } from "@/ui/icon";
import { Page } from "@/ui/layout";
import styles from "./home-page.module.css";

const WAYS = [
  { to: "/history", name: "history", icon: "clock" },
  { to: "/surveys", name: "surveys", icon: "map" },
  { to: "/bulk", name: "bulk", icon: "stack" },
  { to: "/monitoring", name: "monitoring", icon: "plot" },
  { to: "/models", name: "models", icon: "cube" },
  { to: "/settings", name: "settings", icon: "gear" },
] as const satisfies readonly { to: string; name: string; icon: IconName }[];

/** The first thing anybody sees: what this is, one button, and the ways on. */
export function HomePage() {
  const { t } = useTranslation();
  const { person, guest } = useSession();
  const known = person !== null && !guest;
  return (
    <Page
      title={t("home.title")}
      lead={t("home.lead")}
      actions={
        known ? undefined : (
          <Link to="/sign-in" className={buttonClass("plain")}>
            {t("action.sign_in")}
          </Link>
        )
      }
    >
      <div className={styles.hero}>
        <Link to="/scan" className={buttonClass("main")}>
          <Icon name="camera" />
          {t("home.scan")}
        </Link>
        <p>{t("home.free")}</p>
      </div>
      <ul className={styles.ways}>
        {WAYS.map((way) => (
          <li key={way.to}>
            <Link to={way.to} className={styles.way ?? ""}>
              <Icon name={way.icon} />
              <span>
                <strong>{t(`nav.${way.name}`)}</strong>
                <span>{t(`home.${way.name}`)}</span>
              </span>
            </Link>
          </li>
        ))}
        <li>
          <a href="/help/" className={styles.way}>
            <Icon name="help" />
            <span>
              <strong>{t("nav.help")}</strong>
              <span>{t("home.help")}</span>
            </span>
          </a>
        </li>
      </ul>
    </Page>
  );
}
