import { parentPort, workerData } from 'node:worker_threads';
import { fuzz, type FuzzPoint, type Outcomes } from './fuzz.ts';

/** What the thread tells the one that watches it. */
export type FuzzNews = { readonly point: FuzzPoint } | { readonly outcomes: Outcomes };

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is about windows of a browser: a port of a thread has no origin
const tell = (news: FuzzNews): void => parentPort!.postMessage(news);

/** A thread of its own, so that a parser that hangs is noticed by the other. */
const { frames, seed } = workerData as { frames: number; seed: number };
tell({ outcomes: fuzz({ frames, seed, onPoint: (point) => tell({ point }) }) });
