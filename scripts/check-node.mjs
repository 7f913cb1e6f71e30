// Runs on any Node, even one far too old for the rest: plain JavaScript without imports.
const required = [22, 18];
const found = process.versions.node.split('.').map(Number);

if (found[0] < required[0] || (found[0] === required[0] && found[1] < required[1])) {
  console.error(
    [
      `Klink needs Node ${required.join('.')} or newer; this is Node ${process.versions.node}.`,
      'On Linux x64 "npm ci" brings a suitable Node along: start through npm (npm start, npm test, npm run …),',
      'which finds it first. Elsewhere install Node 24 from https://nodejs.org and run "npm ci" again.',
    ].join('\n'),
  );
  process.exit(1);
}
