export interface Device {
  /** "Firefox on Linux", "curl". */
  name: string;
  isPhone: boolean;
}

/** The first that fits: each browser names those that it descends from as well. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\/|\bOpera\b/, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bFirefox\/|\bFxiOS\//, "Firefox"],
  [/\bCriOS\/|\bChrome\/|\bHeadlessChrome\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

const nameIn = (table: readonly (readonly [RegExp, string])[], text: string): string | undefined =>
  table.find(([pattern]) => pattern.test(text))?.[1];

/** What a `User-Agent` says, in words that a person knows their own devices by. It is the client's own claim. */
export function describeDevice(userAgent: string | null): Device {
  if (userAgent === null || userAgent.trim() === "") return { name: "Unknown device", isPhone: false };
  const browser = nameIn(browsers, userAgent);
  const system = nameIn(systems, userAgent);
  const isPhone = /\biPhone\b|\bAndroid\b.*\bMobile\b/.test(userAgent);
  if (browser !== undefined) return { name: system ? `${browser} on ${system}` : browser, isPhone };
  // Programs call themselves `name/version`.
  const program = /^[\w.+-]{1,40}(?=\/|$|\s)/.exec(userAgent)?.[0];
  return { name: program ?? system ?? "Unknown device", isPhone };
}
