import { composeMail, unlinked } from "../../mail/compose-mail.ts";
import type { Mail } from "../../mail/mail.ts";
import { type Notice, noticeFacts, wordsOfReason, wordsOfSeverity } from "./notice.ts";

/** The mail that tells one address; those of an alert are one thread. */
export function alertMail(notice: Notice, to: string): Mail {
  const { content, reason, tenant } = notice;
  const isTest = reason === "test";
  const title = unlinked(content.title);
  return {
    ...composeMail({
      to,
      subject: `[${isTest ? "Test" : wordsOfSeverity(content.severity)}] ${reason === "opened" || isTest ? "" : `${wordsOfReason(reason)}: `}${title}`,
      before: [
        isTest
          ? `This is a test of the channel ${unlinked(notice.channelName)}. Alerts of ${unlinked(tenant.name)} are told to this address.`
          : `${wordsOfReason(reason)}: ${title}`,
      ],
      facts: noticeFacts(notice).map(([label, value]) => [label, unlinked(value)]),
      link: { label: isTest ? "See the channels" : "Open the alert", url: notice.link },
      after: [
        `You get this because the alerts of ${unlinked(tenant.name)} are told to this address, by the channel ${unlinked(notice.channelName)}. Its admins can change that.`,
      ],
    }),
    headers: { "X-Signalbox-Delivery": notice.id },
    thread: notice.about,
  };
}
