import type { Severity } from "../rule-kinds.ts";
import { adviceOf, type Notice, noticeFacts, wordsOfReason } from "./notice.ts";

/** Bounds of Slack's blocks (https://docs.slack.dev/reference/block-kit/blocks). */
const maxHeader = 150;
const maxText = 3_000;
const maxField = 2_000;
const maxFields = 10;

const marks: Record<Severity, string> = {
  info: ":information_source:",
  warning: ":warning:",
  critical: ":rotating_light:",
};

/**
 * An incoming webhook's message: blocks, and the text that notifications show
 * (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 */
export function slackMessage(notice: Notice): unknown {
  const { content, reason } = notice;
  const ended = reason === "resolved" ? ":white_check_mark:" : marks[content.severity];
  const title = `${wordsOfReason(reason)}: ${content.title}`;
  const fields = noticeFacts(notice)
    .slice(0, maxFields)
    .map(([label, value]) => ({
      type: "mrkdwn",
      text: short(`*${label}*\n${escapeSlack(value)}`, maxField),
    }));
  return {
    text: escapeSlack(title),
    blocks: [
      { type: "header", text: { type: "plain_text", text: short(title, maxHeader), emoji: false } },
      { type: "section", fields },
      ...adviceOf(notice).map((advice) => ({
        type: "section",
        text: { type: "mrkdwn", text: short(escapeSlack(advice), maxText) },
      })),
      {
        type: "actions",
        elements: [
          {
            type: "button",
            text: { type: "plain_text", text: content.id === null ? "Open Signalbox" : "Open the alert" },
            url: notice.link,
            action_id: "open",
          },
        ],
      },
      {
        type: "context",
        elements: [{ type: "mrkdwn", text: `${ended} Signalbox · ${escapeSlack(notice.id)}` }],
      },
    ],
  };
}

/** What Slack would make links, mentions and markup of (https://docs.slack.dev/messaging/formatting-message-text). */
const escapeSlack = (text: string): string =>
  text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    // Without a way to escape them: a joiner in front keeps them from being markup.
    .replace(/[*_~`]/g, "\u2060$&");

const short = (text: string, max: number): string => {
  const characters = [...text];
  return characters.length > max ? `${characters.slice(0, max - 1).join("")}…` : text;
};
