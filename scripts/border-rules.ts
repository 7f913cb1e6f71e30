import type { IForbiddenRuleType } from 'dependency-cruiser';

/** Every folder of the product and of its tools, as the border check walks them. */
export const checkedFolders = [
  'contract',
  'terminal-core',
  'backend-mock',
  'cli',
  'electron',
  'ui',
  'renderer',
  'scripts',
  'testing',
] as const;

/** Tests stand beside what they test and may use what is in `testing/`. */
const tests = '[.]test[.]tsx?$';
const npm = '^node_modules/|^terminal-core/readers/pcsclite/';
/** What `dependency-cruiser` calls the built-in modules of Node. */
const builtIn = ['core'] as const;
const pureFolders = '^(?:contract|terminal-core/(?:domain|checkout|tag|recovery|receipt))/';
const adapterFolders = '^terminal-core/(readers|store|replication|printing)/';
/** What tills and books have to do, said for the random sessions and the simulation by nothing but the rules. */
const sessionModel =
  '^testing/(?:model/(?:model-(?:words|charges|tags|desk|aftermath)|till-model|accounts/account-model)|simulation/(?:money|books)-model)[.]ts$';
/** The replacement of @pokusew/pcsclite is a package of its own, which lies inside `readers/`. */
const pcsclite = '^terminal-core/readers/pcsclite/';

/** A folder that may import itself, packages and built-in modules, and of the project only what is named. */
function mayImport(folder: string, allowed: readonly string[], comment: string): IForbiddenRuleType {
  const own = `^${folder}(?:/|$)`;
  return {
    name: `${folder.replaceAll('/', '-')}-imports-only-its-own`,
    comment,
    severity: 'error',
    from: { path: own, pathNot: tests },
    to: { pathNot: [own, npm, ...allowed], dependencyTypesNot: [...builtIn, 'npm', 'npm-dev', 'npm-optional'] },
  };
}

/** A pure folder: of the packages only those that compute, so that it runs the same in a simulation. */
function pureOf(folder: string, packages: readonly string[]): IForbiddenRuleType {
  return {
    name: `${folder.replaceAll('/', '-')}-is-pure`,
    comment: 'Pure folders import no driver: the till must run whole in a simulation.',
    severity: 'error',
    from: { path: `^${folder}/`, pathNot: tests },
    to: { path: npm, pathNot: packages.map((name) => `^node_modules/${name}/`) },
  };
}

/** architecture.md, "Who may import whom". Each rule is an error. */
export const borderRules: readonly IForbiddenRuleType[] = [
  mayImport('contract', [], 'The contract knows nobody: names, schemas, codes, and nothing that decides.'),
  mayImport('ui', [], 'The design language serves every screen and knows none.'),
  mayImport(
    'backend-mock',
    ['^contract/'],
    'Till and backend share the contract alone, so that a mistake is made twice.',
  ),
  mayImport('terminal-core', ['^contract/'], 'The till runs without Electron, without a window, without a backend.'),
  mayImport('electron/preload', ['^contract/'], 'The preload passes on what the contract names.'),
  mayImport('electron/main', ['^contract/'], 'Main starts hosts, it does not import them.'),
  mayImport('renderer', ['^contract/', '^ui/', '^electron/preload/'], 'A window shows what it is sent.'),
  mayImport(
    'cli',
    ['^contract/', '^terminal-core/main/', '^backend-mock/main[.]ts$'],
    'klink starts till and backend by their entries.',
  ),
  {
    name: 'renderer-takes-only-types-from-preload',
    comment: 'The bridge is in another world; only its shape is known here.',
    severity: 'error',
    from: { path: '^renderer/', pathNot: tests },
    to: { path: '^electron/preload/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'pure-folders-use-no-node',
    comment: 'Time, chance, disk and network come through ports, or a simulation cannot drive them.',
    severity: 'error',
    from: { path: pureFolders, pathNot: tests },
    to: { dependencyTypes: [...builtIn] },
  },
  pureOf('contract', ['zod']),
  pureOf('terminal-core/domain', ['zod']),
  pureOf('terminal-core/tag', ['zod', '@noble/ciphers']),
  pureOf('terminal-core/recovery', ['zod']),
  pureOf('terminal-core/receipt', ['zod']),
  pureOf('terminal-core/checkout', ['zod', 'xstate']),
  {
    name: 'window-code-uses-no-node',
    comment: 'The renderer is sandboxed; a built-in module would not be there.',
    severity: 'error',
    from: { path: '^(?:renderer|ui)/', pathNot: tests },
    to: { dependencyTypes: [...builtIn] },
  },
  {
    name: 'domain-knows-no-other-part-of-the-till',
    comment: 'Money and states come first; everything else is built on them.',
    severity: 'error',
    from: { path: '^terminal-core/domain/', pathNot: tests },
    to: { path: '^terminal-core/', pathNot: '^terminal-core/domain/' },
  },
  {
    name: 'tag-knows-only-the-domain',
    comment: 'Bytes and images know nothing of sales.',
    severity: 'error',
    from: { path: '^terminal-core/tag/', pathNot: tests },
    to: { path: '^terminal-core/', pathNot: '^terminal-core/(?:domain|tag)/' },
  },
  {
    name: 'recovery-knows-only-domain-and-tag',
    comment: 'The cleanup is a decision table.',
    severity: 'error',
    from: { path: '^terminal-core/recovery/', pathNot: tests },
    to: { path: '^terminal-core/', pathNot: '^terminal-core/(?:domain|tag|recovery)/' },
  },
  {
    name: 'receipt-knows-only-the-domain',
    comment: 'A receipt says what was committed, and knows nothing of how.',
    severity: 'error',
    from: { path: '^terminal-core/receipt/', pathNot: tests },
    to: { path: '^terminal-core/', pathNot: '^terminal-core/(?:domain|receipt)/' },
  },
  {
    name: 'checkout-knows-only-what-is-pure',
    comment: 'The charts decide and name effects; the till runs them.',
    severity: 'error',
    from: { path: '^terminal-core/checkout/', pathNot: tests },
    to: { path: '^terminal-core/', pathNot: '^terminal-core/(?:domain|tag|recovery|checkout)/' },
  },
  {
    name: 'adapters-never-import-each-other',
    comment: 'Reader, store and replication meet in main/ only.',
    severity: 'error',
    from: { path: adapterFolders, pathNot: tests },
    to: { path: adapterFolders, pathNot: ['^terminal-core/$1/', pcsclite] },
  },
  {
    name: 'adapters-know-the-ports-alone',
    comment: 'An adapter implements the ports of checkout/, with the faults of its port, and knows no chart.',
    severity: 'error',
    from: { path: adapterFolders, pathNot: tests },
    to: {
      path: '^terminal-core/(?:checkout|recovery|main|till)',
      pathNot: '^terminal-core/checkout/(?:ports|[a-z]+-ports|uplink-faults)[.]ts$',
    },
  },
  {
    name: 'till-knows-no-adapter',
    comment: 'The application service speaks through ports; main/ puts the adapters in.',
    severity: 'error',
    from: { path: '^terminal-core/till', pathNot: tests },
    to: { path: [adapterFolders, '^terminal-core/main/'] },
  },
  {
    name: 'only-tests-use-testing',
    comment: 'What ships imports nothing of its tests.',
    severity: 'error',
    from: { pathNot: ['^testing/', tests, '[.]config[.]ts$'] },
    to: { path: '^testing/' },
  },
  {
    name: 'the-model-knows-only-the-contract',
    comment: 'A third statement of the rules is worth nothing where it borrows from the first.',
    severity: 'error',
    from: { path: sessionModel },
    to: { path: '.', pathNot: ['^contract/', sessionModel] },
  },
  {
    name: 'nothing-imports-scripts',
    comment: 'Tools stand outside of the product.',
    severity: 'error',
    from: { pathNot: ['^scripts/', '^testing/', tests, '[.]config[.]ts$'] },
    to: { path: '^scripts/' },
  },
  {
    name: 'no-circle',
    comment: 'A circle has no order to read it in.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'every-import-resolves',
    comment: 'Only Electron itself comes with the program that runs it.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true, pathNot: '^electron(?:/|$)' },
  },
];
