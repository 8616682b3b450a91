import { useFetcher, useLocation, useRouteLoaderData } from "@remix-run/react";
import { Monitor, Moon, Sun } from "lucide-react";
import { cx } from "../primitives/cx.ts";
import { type Theme, themeFetcherKey, toTheme } from "./theme.ts";

const choices: { theme: Theme; label: string; icon: typeof Sun }[] = [
  { theme: "system", label: "As the system", icon: Monitor },
  { theme: "light", label: "Light", icon: Sun },
  { theme: "dark", label: "Dark", icon: Moon },
];

/** The theme as chosen, or as being chosen. */
export function useTheme(): Theme {
  const root = useRouteLoaderData("root");
  const fetcher = useFetcher({ key: themeFetcherKey });
  const stored = typeof root === "object" && root !== null && "theme" in root ? root.theme : undefined;
  return toTheme(fetcher.formData?.get("theme") ?? stored);
}

export function ThemeSwitch() {
  const current = useTheme();
  const fetcher = useFetcher({ key: themeFetcherKey });
  const { pathname, search } = useLocation();
  return (
    // Without JavaScript the answer leads back to this page; with it the page is not left.
    <fetcher.Form
      method="post"
      action="/preferences/theme"
      onSubmit={(event) => {
        event.preventDefault();
        const submitter = event.nativeEvent instanceof SubmitEvent ? event.nativeEvent.submitter : null;
        if (submitter instanceof HTMLButtonElement)
          fetcher.submit({ theme: submitter.value }, { method: "post", action: "/preferences/theme" });
      }}
      className="flex gap-0.5 rounded bg-sunken p-0.5"
    >
      <input type="hidden" name="returnTo" value={pathname + search} />
      {choices.map(({ theme, label, icon: Icon }) => (
        <button
          key={theme}
          type="submit"
          name="theme"
          value={theme}
          aria-label={label}
          title={label}
          aria-pressed={theme === current}
          className={cx(
            "grid size-9 place-items-center rounded-sm transition-colors lg:size-6",
            theme === current
              ? "bg-surface text-ink shadow-control dark:bg-line"
              : "text-ink-muted hover:text-ink",
          )}
        >
          <Icon aria-hidden="true" className="size-4 lg:size-3.5" />
        </button>
      ))}
    </fetcher.Form>
  );
}
