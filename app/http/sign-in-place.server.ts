import type { SignInPlace } from "#app/domain/auth/sign-in-place.ts";
import type { Runtime } from "#app/runtime.ts";
import { readDeviceId } from "./device-cookie.server.ts";

/** Where somebody is whose browser, if they have one, is known already. */
export const placeAt = (
  { locate, digest }: Pick<Runtime, "locate" | "digest">,
  { address, deviceId }: Pick<SignInPlace, "address" | "deviceId">,
): SignInPlace => ({ address, deviceId, location: locate?.(address), digest });

/** Where somebody gives their password from. */
export async function readPlace(
  runtime: Runtime,
  { headers, clientAddress }: { headers: Headers; clientAddress: string },
): Promise<SignInPlace> {
  const deviceId = await readDeviceId({ headers }, { runtime });
  return placeAt(runtime, { address: clientAddress, deviceId });
}
