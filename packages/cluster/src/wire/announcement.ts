import { isProved, type Proved, prove } from "./proof.ts";

/** A seat that a worker program holds. */
export interface SeatReport {
  readonly id: string;
  /** The name of the pool's worker. */
  readonly name: string;
  /** The id, the machine and the process of the client. */
  readonly client: string;
  readonly clientHost: string;
  readonly clientPid: number;
  /** The process id of the worker; 0 while it starts. */
  readonly pid: number;
  /** How many tasks it has and has not answered, and how many it has answered. */
  readonly running: number;
  readonly tasks: number;
}

/** What a worker program offers. It is written each second, and expires with the program. */
export interface Announcement {
  readonly worker: string;
  readonly host: string;
  readonly pid: number;
  /** How many seats it takes at a time; 0 when it is leaving. */
  readonly cores: number;
  readonly protocol: number;
  readonly manyhands: string;
  readonly node: string;
  readonly seats: readonly SeatReport[];
}

export function writeAnnouncement(key: Uint8Array, announcement: Announcement): string {
  return JSON.stringify(prove(key, placeOf(announcement.worker), announcement));
}

/** @returns `undefined` when no worker program of this id with the cluster's key has written it. */
export function readAnnouncement(key: Uint8Array, worker: string, text: string): Announcement | undefined {
  try {
    const announcement = JSON.parse(text) as Announcement & Proved;
    return isProved(key, placeOf(worker), announcement) ? announcement : undefined;
  } catch {
    return undefined;
  }
}

function placeOf(worker: string): string[] {
  return ["worker", worker];
}
