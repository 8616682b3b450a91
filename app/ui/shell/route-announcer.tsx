import { useLocation } from "@remix-run/react";
import { useEffect, useRef, useState } from "react";

/** Tells those who cannot see it that another page came: a document that is not reloaded says nothing. */
export function RouteAnnouncer() {
  const { pathname } = useLocation();
  const [title, setTitle] = useState("");
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    setTitle(document.title);
  }, [pathname]);
  return (
    <p aria-live="assertive" className="sr-only">
      {title}
    </p>
  );
}
