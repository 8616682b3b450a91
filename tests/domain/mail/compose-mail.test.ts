import { describe, expect, test } from "vitest";
import { composeMail, namedInMail } from "#app/domain/mail/compose-mail.ts";

const compose = (parts: Partial<Parameters<typeof composeMail>[0]> = {}) =>
  composeMail({ to: "ada@example.com", subject: "A subject", before: ["Hello,"], ...parts });

describe("a mail", () => {
  test("says the same as text and as HTML, with its link in both", () => {
    const url = "https://signalbox.example/verify-email?token=abc";
    const mail = compose({ link: { label: "Confirm", url }, after: ["It works once."] });
    expect(mail.text).toBe(
      `Hello,\n\n${url}\n\nIt works once.\n\nSignalbox, the control room for fleets of agents\n`,
    );
    for (const part of ["Hello,", `href="${url}"`, ">Confirm</a>", "It works once."])
      expect(mail.html).toContain(part);
  });

  test("has no mark-up but ours, whatever it says", () => {
    const { html } = compose({ before: [`<img src=x onerror="alert('1')"> & more`] });
    expect(html).toContain("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more");
    expect(html).not.toContain("<img");
  });

  test.each([
    ["a line break", "Join\r\nBcc: all@example.com"],
    ["a lone carriage return", "Join\rBcc: all@example.com"],
    ["other line separators", "Join\u2028Bcc:\u0085all@example.com"],
    ["NUL", "Join\0Bcc: all@example.com"],
  ])("has a subject of one line, also when it is made of %s", (_, subject) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
    expect(compose({ subject }).subject).toMatch(/^Join Bcc:[^\u0000-\u001f\u0085\u2028]*$/);
  });

  test("cannot be turned around by what it is about", () => {
    expect(compose({ subject: "Join \u202egro.live\u202c now" }).subject).toBe("Join  gro.live  now");
  });
});

test("a name in a mail is short, of one line, and nothing that a mail program would make a link of", () => {
  expect(namedInMail("Ada  Lovelace")).toBe("Ada  Lovelace");
  expect(namedInMail("x".repeat(200))).toHaveLength(60);
  expect(namedInMail("a\r\nb")).toBe("a b");
  const name = namedInMail("Win at https://evil.example/now or write to a@evil.example");
  expect(name).not.toMatch(/\w\.\w|:\/\/|@\w/);
  expect(name.replaceAll("\u2060", "")).toBe("Win at https://evil.example/now or write to a@evil.example");
});
