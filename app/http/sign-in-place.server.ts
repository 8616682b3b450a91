import type { SignInPlace } from "#app/domain/auth/sign-in-place.ts";
import type { Runtime } from "#app/runtime.ts";
import { readDeviceId } from "./device-cookie.server.ts";

/** Where somebody gives their password from. */
export async function readPlace(
  runtime: Runtime,
  { headers, clientAddress }: { headers: Headers; clientAddress: string },
): Promise<SignInPlace> {
  return {
    address: clientAddress,
    deviceId: await readDeviceId({ headers }, { runtime }),
    location: runtime.locate?.(clientAddress),
    digest: runtime.digest,
  };
}
