#!/usr/bin/env node
/* oxlint-disable -- plain JavaScript in old syntax: an old Node must get as far as saying that it is too old. */
var wanted = [22, 22];
var found = process.versions.node.split('.').map(Number);
if (found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])) {
  console.error(
    'longwire needs Node.js ' + wanted.join('.') + ' or newer, and this is ' + process.versions.node + '.',
  );
  process.exit(2);
}

var fs = process.getBuiltinModule('node:fs');
var source = new URL('../src/main.ts', import.meta.url);
if (fs.existsSync(source)) {
  // A checkout: the workspace's packages run from their source.
  process.getBuiltinModule('node:module').registerHooks({
    resolve: function (specifier, context, next) {
      var conditions = ['longwire-source'].concat(context.conditions);
      return next(specifier, Object.assign({}, context, { conditions: conditions }));
    },
  });
  await import(source.href);
} else {
  await import(new URL('../dist/main.js', import.meta.url).href);
}
