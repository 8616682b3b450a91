export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** Any text as a theme: what is not one is the system's. */
export const toTheme = (value: unknown): Theme => themes.find((theme) => theme === value) ?? "system";

/** The class on <html>; none leaves it to the system's preference. */
export const themeClass = (theme: Theme): string | undefined => (theme === "system" ? undefined : theme);

/** The fetcher that changes the theme, so that the document can show the choice before it is stored. */
export const themeFetcherKey = "theme";
