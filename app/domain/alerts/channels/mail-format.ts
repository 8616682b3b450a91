import { composeMail, unlinked } from "../../mail/compose-mail.ts";
import type { Mail } from "../../mail/mail.ts";
import { adviceOf, type Notice, noticeFacts, wordsOfReason, wordsOfSeverity } from "./notice.ts";

/** The mail that tells one address; those of an alert are one thread. */
export function alertMail(notice: Notice, to: string): Mail {
  const { content, reason } = notice;
  const title = unlinked(content.title);
  const tenant = unlinked(notice.tenant.name);
  const channel = unlinked(notice.channelName);
  const isTest = reason === "test";
  const what = reason === "opened" || isTest ? title : `${wordsOfReason(reason)}: ${title}`;
  return {
    ...composeMail({
      to,
      subject: `[${isTest ? "Test" : wordsOfSeverity(content.severity)}] ${what}`,
      before: isTest
        ? [`This is a test of the channel ${channel}: alerts of ${tenant} are told to this address.`]
        : [`${wordsOfReason(reason)}: ${title}`],
      facts: noticeFacts(notice).map(([label, value]) => [label, unlinked(value)]),
      link: { label: isTest ? "See the channels" : "Open the alert", url: notice.link },
      after: [
        ...adviceOf(notice),
        `You get this because alerts of ${tenant} are told to this address by the channel ${channel}. Its admins can change that.`,
      ],
    }),
    headers: { "X-Signalbox-Delivery": notice.id },
    thread: notice.about,
  };
}
