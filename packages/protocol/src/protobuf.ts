import protobuf from 'protobufjs/minimal.js';

// Without this, 64-bit fields decode to Long objects, though the generated types say number. Ours are times in milliseconds and
// counters, far below 2^53. It must run before any generated code loads, which makes the fields' defaults then.
(protobuf.util as { Long: unknown }).Long = null;
protobuf.configure();

export { protobuf };
