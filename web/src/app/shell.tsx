import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useOnline } from "@/lib/online";
import { useSession } from "@/lib/use-session";
import { Icon, type IconName } from "@/ui/icon";
import { Logo } from "@/ui/logo";
import styles from "./shell.module.css";
import { Update } from "./update";

const PLACES = [
  { to: "/", name: "home", icon: "leaf", first: true },
  { to: "/scan", name: "scan", icon: "camera", first: true },
  { to: "/history", name: "history", icon: "clock", first: true },
  { to: "/bulk", name: "bulk", icon: "stack", first: false },
  { to: "/surveys", name: "surveys", icon: "map", first: true },
  { to: "/monitoring", name: "monitoring", icon: "plot", first: false },
  { to: "/models", name: "models", icon: "cube", first: false },
  { to: "/people", name: "people", icon: "people", first: false },
  { to: "/settings", name: "settings", icon: "gear", first: true },
] as const satisfies readonly { to: string; name: string; icon: IconName; first: boolean }[];

/** Everything around a page: where one can go, whether there is a network, and a new version when it is there. */
export function Shell() {
  const { t } = useTranslation();
  const { admin } = useSession();
  const online = useOnline();
  const places = PLACES.filter((place) => place.name !== "people" || admin);
  return (
    <div className={styles.shell}>
      <a href="#page" className={styles.skip}>
        {t("nav.skip")}
      </a>
      <nav className={styles.nav} aria-label={t("nav.main")}>
        <Link to="/" className={styles.brand ?? ""}>
          <Logo />
          <span>{"Cultivar"}</span>
        </Link>
        <ul className={styles.places}>
          {places.map((place) => (
            <li key={place.to} data-first={place.first || undefined} data-home={place.name === "home" || undefined}>
              <Link to={place.to} className={styles.place ?? ""} activeOptions={{ exact: place.to === "/" }}>
                <Icon name={place.icon} />
                <span>{t(`nav.${place.name}`)}</span>
              </Link>
            </li>
          ))}
          <li>
            <a href="/help/" className={styles.place}>
              <Icon name="help" />
              <span>{t("nav.help")}</span>
            </a>
          </li>
        </ul>
      </nav>
      <main id="page" className={styles.main} tabIndex={-1}>
        {!online && (
          <p className={styles.offline} role="status">
            <Icon name="offline" /> {t("state.offline")}
          </p>
        )}
        <Update />
        <Outlet />
      </main>
      <Landing />
    </div>
  );
}

/** Moves the reader to the new page's start, as a page load would. */
function Landing() {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    document.getElementById("page")?.focus({ preventScroll: true });
  }, [pathname]);
  return null;
}
