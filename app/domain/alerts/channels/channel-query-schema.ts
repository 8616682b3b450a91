/** What is asked of channels and deliveries, at the API's boundary. Client-safe. */
import { z } from "zod";
import { type AlertDeliveryId, parseId, type TenantId } from "#db/ids.ts";
import { alertIdSchema } from "../alert-schema.ts";
import { channelIdSchema } from "../rule-schema.ts";
import { deliveryIdSchema, tellingStatuses } from "./channel-schema.ts";

/** Whose channels: one's own where it is left out; another tenant's for those who administer the service. */
export const channelReachSchema = z.strictObject({
  tenantId: z
    .custom<TenantId>((value) => parseId(value, "ten") !== undefined, "must be a tenant's id (ten_…)")
    .optional(),
});

export const maxDeliveryLimit = 100;

export const deliveryQuerySchema = z.strictObject({
  ...channelReachSchema.shape,
  channelId: channelIdSchema.optional(),
  alertId: alertIdSchema.optional(),
  status: z.enum(tellingStatuses).optional(),
  /** The last delivery of the page before. */
  cursor: deliveryIdSchema.optional(),
  limit: z.coerce.number().int().min(1).max(maxDeliveryLimit).default(50),
});

export interface DeliveryFilters {
  channelId?: z.output<typeof channelIdSchema> | undefined;
  alertId?: z.output<typeof alertIdSchema> | undefined;
  status?: (typeof tellingStatuses)[number] | undefined;
}

export interface DeliveryPageQuery extends DeliveryFilters {
  cursor?: AlertDeliveryId | undefined;
  limit: number;
}
