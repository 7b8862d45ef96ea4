import type { SeatRequest } from "../wire/seat-message.ts";

/** A message as the transport sees it: bytes of a seat. */
export interface Entry {
  readonly seat: string;
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Where entries are read. */
export interface Address {
  readonly id: string;
  /** The lease of the reader, in milliseconds. What it has not read for so long is dropped. */
  readonly leaseMs: number;
}

/** What both sides need to send messages to each other. */
export interface Transport {
  /** The largest value that the server takes, in bytes. */
  readonly mostBytes: number;
  /** Sends an entry. Resolves when the server has it. Entries arrive in this order, some of them twice after a cut. */
  post(address: Address, entry: Entry): Promise<unknown>;
  /** Reads the entries for an address until the transport is closed. */
  read(address: Address, onEntry: (entry: Entry) => void): void;
  /** Whether all entries for the address with this id that were sent before were read. */
  hasRead(id: string): Promise<boolean>;
  /** Ends all reads and closes the connections. */
  close(): Promise<void>;
}

/** The client's side: asks for seats and watches their leases. */
export interface ClientTransport extends Transport {
  askSeat(id: string, request: SeatRequest): Promise<unknown>;
  /** Takes back a request that no worker program has taken. @returns whether there was one. */
  dropSeat(id: string): Promise<boolean>;
  /**
   * The ids of the seats of all clients that are held, or that wait and were not refused by a worker program. Seats
   * that wait for a client whose lease has ended are dropped.
   */
  seatQueue(): Promise<{ readonly waiting: readonly string[]; readonly held: readonly string[] }>;
  /**
   * How long the leases of seats last without renewal, in milliseconds, in the order of their ids. A seat that waits
   * has no lease that could end: Infinity. A seat that is gone has none any more: 0.
   */
  leasesLeft(ids: readonly string[]): Promise<number[]>;
  /**
   * Renews the lease of this client. While it lasts, worker programs work for the client. Rejects when refused.
   *
   * @param seats the ids of its seats, which are kept as long.
   */
  renew(seats: readonly string[]): Promise<unknown>;
  /** Stores bytes under a name of this client, for as long as its lease lasts without renewal. */
  putBlob(name: string, bytes: Uint8Array): Promise<unknown>;
  /** Renews the time that blobs are kept. @returns for each whether the server has it. */
  keepBlobs(names: readonly string[]): Promise<boolean[]>;
  dropBlobs(names: readonly string[]): Promise<unknown>;
  /** Ends the lease of this client. {@link renew} begins it again. */
  release(): Promise<unknown>;
  /** What the worker programs of the cluster have announced, by their ids. */
  announced(): Promise<ReadonlyMap<string, string>>;
  /** Measures how long the server takes to answer, in milliseconds. */
  measure(): Promise<number>;
}

/** A seat that this worker program holds. */
export interface HeldSeat {
  readonly id: string;
  readonly request: SeatRequest;
}

/** Why a worker program leaves a seat to other ones. */
export interface Refusal {
  readonly refused: string;
}

/** The worker program's side: takes seats and holds their leases. */
export interface WorkerTransport extends Transport {
  /**
   * Takes seats until {@link stopTaking}, as many at a time as there are cores.
   *
   * @param check decides whether to take a seat.
   * @param onSeat holds a seat until its promise settles.
   */
  takeSeats(
    cores: number,
    check: (seat: HeldSeat) => Promise<Refusal | undefined>,
    onSeat: (seat: HeldSeat) => Promise<void>,
  ): void;
  /** Announces this worker program until it is closed, for as long as a lease lasts. @param text what clients read. */
  announce(id: string, text: string): Promise<unknown>;
  /** Reads the bytes that a client has stored under a name; `undefined` when there are none. */
  readBlob(client: string, name: string): Promise<Uint8Array | undefined>;
  /** Takes no more seats; those that are held stay. */
  stopTaking(): Promise<void>;
  /** Which clients have a lease, and which held seats still do. */
  look(
    clients: readonly string[],
    seats: readonly string[],
  ): Promise<{ readonly clients: ReadonlySet<string>; readonly seats: ReadonlySet<string> }>;
}
