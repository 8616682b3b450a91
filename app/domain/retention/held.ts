/**
 * SQL: a hold keeps this `message`, by itself or with its conversation. Two probes, since each has a
 * unique index of its own.
 */
export const isHeld = `(
  exists (
    select from holds hold
    where hold.tenant_id = message.tenant_id and hold.message_id = message.id and hold.released_at is null
  ) or exists (
    select from holds hold
    where hold.tenant_id = message.tenant_id and hold.correlation_id = message.correlation_id
      and hold.released_at is null
  )
)`;
