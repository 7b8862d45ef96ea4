import { unlinkSync } from "node:fs";
import { aroundFork } from "../posix/fork/fork-hooks.ts";
import { forgetBell } from "./bell.ts";
import type { Header } from "./header.ts";
import { sweep } from "./sweep.ts";
import { findThread, thisThread } from "./system-thread.ts";

/**
 * This thread's use of a mapped file. It ends when the segment that uses the file is collected, or with the thread.
 */
export interface Attachment {
  readonly path: string;
  readonly header: Header;
  /** This thread's participant id. */
  selfId: number;
  /** While this process is being forked, the participant id that the child will have; else 0. */
  childId: number;
}

const attachments = new Set<Attachment>();
let isSetUp = false;

/** Sweeps now, before this thread maps its first file, and again when the thread ends. Later calls do nothing. */
export function setUpCleanup(): void {
  if (isSetUp) return;
  isSetUp = true;
  sweep();
  process.once("exit", cleanUp);
}

function cleanUp(): void {
  for (const attachment of attachments) detach(attachment);
  if (process.getBuiltinModule("node:worker_threads").isMainThread) sweep({ isEnding: true });
}

/** Enters this thread in the table of a file's participants. */
export function attach(path: string, header: Header): Attachment {
  const attachment = { path, header, selfId: header.participants.claim(thisThread()), childId: 0 };
  attachments.add(attachment);
  return attachment;
}

/** Ends this thread's use of a file, and removes the file when no other participant uses it. */
export function detach(attachment: Attachment): void {
  if (!attachments.delete(attachment)) return;
  const { header, path, selfId } = attachment;
  header.participants.release(selfId);
  if (!header.isInUse()) remove(path);
}

/** Forgets a file that could not be created. */
export function forgetAttachment(attachment: Attachment): void {
  attachments.delete(attachment);
}

// A forked process becomes a participant of all files of its parent. Its slots are claimed before the fork, so that a
// file stays even when the parent detaches first. Both processes write the child's thread into the slot: one of them
// may be killed before it does.
aroundFork({
  before() {
    const thread = thisThread();
    for (const attachment of attachments) attachment.childId = attachment.header.participants.claim(thread);
  },
  inParent(pid) {
    const child = pid === null ? undefined : findThread(pid);
    for (const attachment of attachments) {
      const { participants } = attachment.header;
      if (child === undefined) participants.release(attachment.childId);
      else participants.assign(attachment.childId, child);
      attachment.childId = 0;
    }
  },
  inChild() {
    forgetBell();
    const thread = thisThread();
    for (const attachment of attachments) {
      attachment.selfId = attachment.childId;
      attachment.childId = 0;
      attachment.header.participants.assign(attachment.selfId, thread);
    }
  },
});

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Another participant detached at the same time and removed it.
  }
}
