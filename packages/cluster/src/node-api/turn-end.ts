const planned: (() => void)[] = [];

/**
 * Calls `act` once the sockets that are ready now have been read. What is planned by then belongs to the same end: it is called before
 * anything else is read, after what was planned earlier.
 */
export function atTurnEnd(act: () => void): void {
  if (planned.push(act) === 1) setImmediate(end);
}

function end(): void {
  let done = 0;
  try {
    while (done < planned.length) planned[done++]!();
  } finally {
    planned.splice(0, done);
    // One of them has failed: the others are not to wait for ever.
    if (planned.length > 0) setImmediate(end);
  }
}
