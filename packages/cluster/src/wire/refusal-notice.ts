import { seal, unseal } from "./seal.ts";

/** Why a worker program leaves a seat to others, as it reports to the seat's client. */
export interface RefusalNotice {
  readonly worker: string;
  readonly host: string;
  readonly reason: string;
}

/** The number of the entry: those of a seat that is held begin with 1. */
export const noticeNumber = 0;

export function sealNotice(key: Uint8Array, client: string, seat: string, notice: RefusalNotice): Buffer {
  return seal(key, Buffer.from(JSON.stringify(notice)), placeOf(client, seat));
}

/** @returns `undefined` when it was not sealed with this key for this seat. */
export function openNotice(key: Uint8Array, client: string, seat: string, bytes: Uint8Array) {
  const body = unseal(key, bytes, placeOf(client, seat));
  return body && (JSON.parse(Buffer.from(body).toString()) as RefusalNotice);
}

function placeOf(client: string, seat: string) {
  return { direction: "to client", client, seat, session: "", number: noticeNumber } as const;
}
