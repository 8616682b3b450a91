/**
 * SQL: how many messages came into `mailbox` (a row of `mailboxes`) since the time `since`.
 *
 * A mailbox's sequences have no gaps and times follow them, so the number is the distance between two
 * sequences, and the earlier one is found by halving: some twenty probes of the inbox's index however
 * many messages there were, where counting would read every one. The probe's LIMIT keeps it a probe:
 * without it the planner joins the whole inbox at each step.
 */
export const receivedSince = (since: string): string => `(
  with recursive halving (low, high) as (
    select mailbox.purged_through, mailbox.last_sequence
    union all
    select
      case when probe.is_before then halving.middle else halving.low end,
      case when probe.is_before then halving.high else halving.middle - 1 end
    from (select low, high, (low + high + 1) / 2 as middle from halving where low < high) halving
    cross join lateral (
      select message.created_at < ${since} as is_before
      from messages message
      where message.tenant_id = mailbox.tenant_id
        and message.recipient_id = mailbox.id
        and message.sequence = halving.middle
      limit 1
    ) probe
  )
  select mailbox.last_sequence - low from halving order by high - low limit 1
)`;
