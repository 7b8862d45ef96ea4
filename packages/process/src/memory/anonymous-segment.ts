import { Header } from "./header.ts";
import { mapAnonymous } from "./mapped-file.ts";
import { MappedSegment } from "./mapped-segment.ts";
import { thisProcess, thisThread } from "./system-thread.ts";

/**
 * Makes a segment without a file, that no other process can open. A process that is forked later may not use it: the
 * participants are those of this process.
 */
export function createAnonymousSegment(byteLength: number): MappedSegment {
  const mapping = mapAnonymous(Header.byteLength + byteLength);
  const header = new Header(mapping.buffer);
  header.fill(thisProcess(), byteLength, "while used");
  // The system allocates each page when it is touched.
  header.reserve(0, mapping.buffer.byteLength, mapping.buffer.byteLength, () => {});
  return new MappedSegment(mapping, {
    path: "",
    header,
    selfId: header.participants.claim(thisThread()),
    childId: 0,
  });
}
