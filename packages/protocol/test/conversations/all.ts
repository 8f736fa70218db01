import type { Case, Conversation, Part, Step } from './build.ts';
import { clientClose } from './client-close.ts';
import { clientDeliver } from './client-deliver.ts';
import { clientFaults } from './client-faults.ts';
import { clientLogin } from './client-login.ts';
import { clientRedirect } from './client-redirect.ts';
import { clientUpstream } from './client-upstream.ts';
import { connectCases } from './connect.ts';
import { bitFlips, protobuf } from './damage.ts';
import { extension } from './extension.ts';
import { fields, utf8 } from './fields.ts';
import { firstFrame } from './first-frame.ts';
import { header } from './header.ts';
import { acknowledgeCases, publishCases, sendCases } from './publish-send.ts';
import { pace } from './pace.ts';
import { rules } from './rules.ts';
import { chunking, truncation } from './chunking.ts';
import { closeCases, order, ping } from './ping-close-order.ts';
import { refreshCases } from './refresh.ts';

const serverCases: Record<string, readonly Case[]> = {
  'first-frame': firstFrame,
  connect: connectCases,
  header,
  extension,
  fields,
  utf8,
  protobuf,
  publish: publishCases,
  send: sendCases,
  acknowledge: acknowledgeCases,
  ping,
  close: closeCases,
  order,
  refresh: refreshCases,
  pace,
  chunking,
  truncation,
  'bit-flips': bitFlips,
};

const clientCases: Record<string, readonly Case[]> = {
  'client-login': clientLogin,
  'client-close': clientClose,
  'client-faults': clientFaults,
  'client-deliver': clientDeliver,
  'client-upstream': clientUpstream,
  'client-redirect': clientRedirect,
};

/** The files of vectors/conversations/ by name: a case a line. */
export function conversationFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [name, cases] of Object.entries(serverCases))
    files[`${name}.json`] = write(name, 'server', cases);
  for (const [name, cases] of Object.entries(clientCases))
    files[`${name}.json`] = write(name, 'client', cases);
  return files;
}

/** Long repetitions are told by their number. */
function short(step: Step): Step {
  if (!('send' in step)) return step;
  const parts = step.send.flatMap((part): Part[] => {
    if (typeof part !== 'string') return [part];
    const found = /((?:..){1,2}?)\1{149,}/.exec(part);
    if (found === null || found.index % 2 === 1) return [part];
    const [run, hex] = found as unknown as [string, string];
    const rest = [part.slice(0, found.index), part.slice(found.index + run.length)];
    return [rest[0]!, { hex, times: run.length / hex.length }, rest[1]!].filter((piece) => piece !== '');
  });
  return { ...step, send: parts };
}

function write(subject: string, under: Conversation['under'], cases: readonly Case[]): string {
  const lines = cases.map(({ name, because, server, start, steps }) => {
    const conversation: Conversation = {
      name: `${subject}: ${name}`,
      under,
      because: `${because}: ${rules[because]}`,
      ...(server && { server }),
      start: typeof start === 'string' ? { a: start } : start,
      steps: steps.map(short),
    };
    return JSON.stringify(conversation);
  });
  return `[\n${lines.join(',\n')}\n]\n`;
}
