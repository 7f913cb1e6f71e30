import fs from 'node:fs';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';
import { borderRules, checkedFolders } from './border-rules.ts';

export interface BorderReport {
  /** How many modules were seen; 0 means that the parser saw nothing, which is a failure of the check itself. */
  readonly moduleCount: number;
  /** One line each: rule, importing file, imported file. */
  readonly violations: readonly string[];
}

/**
 * Checks "Who may import whom" below `folder`, type imports included. dependency-cruiser has no TypeScript of its own
 * here, so it parses with swc; whoever calls this must refuse a `moduleCount` of 0.
 */
export async function checkBorders(folder: string): Promise<BorderReport> {
  const folders = checkedFolders.filter((name) => fs.existsSync(path.join(folder, name)));
  const { output } = await cruise(
    [...folders],
    {
      baseDir: folder,
      parser: 'swc',
      tsPreCompilationDeps: true,
      validate: true,
      ruleSet: { forbidden: [...borderRules] },
      doNotFollow: { path: 'node_modules' },
      exclude: { path: ['[.]css$', '/default_app/'] },
    },
    // Symbolic links stay what they look like from the importing file: @pokusew/pcsclite is a package, not our folder.
    { symlinks: false, exportsFields: ['exports'], conditionNames: ['node', 'import', 'types', 'default'] },
  );
  if (typeof output === 'string') throw new Error(`dependency-cruiser answered with text: ${output}`);
  return {
    moduleCount: output.modules.filter((module) => /[.]tsx?$/.test(module.source)).length,
    violations: output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
  };
}
