// What `electron FOLDER` runs before it knows the folder. The test runtime comes without one; this does what the
// project needs of it: modules to load first (-r FILE), then the folder as the application.
const { app } = require('electron');
const fs = require('node:fs');
const { Module } = require('node:module');
const path = require('node:path');

const first = [];
let folder;
for (let at = 1; at < process.argv.length && folder === undefined; at += 1) {
  const argument = process.argv[at];
  if (argument === '-r' || argument === '--require') {
    at += 1;
    first.push(process.argv[at]);
  } else if (!argument.startsWith('-')) folder = path.resolve(argument);
}
if (folder === undefined) {
  console.error('usage: electron [-r FILE] FOLDER [arguments]');
  app.exit(2);
} else {
  process.defaultApp = true;
  const { name, productName, version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  app.setVersion(version ?? '0.0.0');
  app.setName(productName ?? name);
  app.setAppPath(folder);
  app.setPath('userData', path.join(app.getPath('appData'), app.getName()));
  for (const file of first) require(path.resolve(file));
  Module._load(folder, Module, true);
}
